from odoo import fields, models
from odoo.exceptions import AccessError

# {field: (KPI, whether it is that of the reader alone)}
DIGEST_KPIS = {
    "kpi_my_revenue": ("revenue", True),
    "kpi_my_collected": ("collected", True),
    "kpi_my_new_customers": ("new_customers", True),
    "kpi_my_activities_done": ("activities_done", True),
    "kpi_complaints_opened": ("complaints_opened", False),
    "kpi_complaints_open": ("complaints_open", False),
}


class DigestDigest(models.Model):
    """Figures of the suite in the periodic email, of the reader alone where that makes sense."""

    _inherit = "digest.digest"

    kpi_my_revenue = fields.Boolean("My Revenue")
    kpi_my_revenue_value = fields.Monetary(compute="_compute_kpi_my_revenue_value")
    kpi_my_collected = fields.Boolean("My Payments Collected")
    kpi_my_collected_value = fields.Monetary(compute="_compute_kpi_my_collected_value")
    kpi_my_new_customers = fields.Boolean("My New Customers")
    kpi_my_new_customers_value = fields.Integer(compute="_compute_kpi_my_new_customers_value")
    kpi_my_activities_done = fields.Boolean("My Activities Done")
    kpi_my_activities_done_value = fields.Integer(compute="_compute_kpi_my_activities_done_value")
    kpi_complaints_opened = fields.Boolean("Complaints Received")
    kpi_complaints_opened_value = fields.Integer(compute="_compute_kpi_complaints_opened_value")
    kpi_complaints_open = fields.Boolean("Open Complaints")
    kpi_complaints_open_value = fields.Integer(compute="_compute_kpi_complaints_open_value")

    def _compute_kpi_my_revenue_value(self):
        self._compute_suite_kpi("kpi_my_revenue")

    def _compute_kpi_my_collected_value(self):
        self._compute_suite_kpi("kpi_my_collected")

    def _compute_kpi_my_new_customers_value(self):
        self._compute_suite_kpi("kpi_my_new_customers")

    def _compute_kpi_my_activities_done_value(self):
        self._compute_suite_kpi("kpi_my_activities_done")

    def _compute_kpi_complaints_opened_value(self):
        self._compute_suite_kpi("kpi_complaints_opened")

    def _compute_kpi_complaints_open_value(self):
        self._compute_suite_kpi("kpi_complaints_open")

    def _compute_suite_kpi(self, name):
        """The figure of the whole days between the two moments, by the rights of the reader."""
        code, is_personal = DIGEST_KPIS[name]
        kpi = self.env["crm.kpi"].search([("code", "=", code)], limit=1)
        if not kpi or not all(
            self.env[part.model_name].has_access("read") for part in kpi._get_parts()
        ):
            # The digest leaves out what its reader may not know, or what was archived.
            raise AccessError(self.env._("This figure is not for you."))
        today = self.env.company._get_figures_now()
        start, end = (
            self.env.context.get(f"{name}_datetime", today).date() for name in ("start", "end")
        )
        for digest in self:
            company = digest.company_id or self.env.company
            filters = {"company_ids": company.ids}
            if is_personal:
                filters["user_id"] = self.env.uid
            parts = kpi.with_company(company)._read_parts(start, end, (), filters)
            digest[f"{name}_value"] = kpi._combine(*parts.get((), (0, 0))) or 0

    def _compute_kpis_actions(self, company, user):
        actions = super()._compute_kpis_actions(company, user)
        menu = self.env.ref("crm_analytics.menu_crm_analytics_root").id
        actions.update(
            dict.fromkeys(DIGEST_KPIS, f"crm_analytics.action_crm_dashboard?menu_id={menu}")
        )
        return actions
