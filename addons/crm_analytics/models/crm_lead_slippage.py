from odoo import api, fields, models


class CrmLead(models.Model):
    """Each move of the expected closing leaves a trace (``crm.lead.slip``)."""

    _inherit = "crm.lead"

    slip_ids = fields.One2many(
        comodel_name="crm.lead.slip",
        inverse_name="lead_id",
        string="Slippage",
        groups="sales_team.group_sale_salesman",
    )
    slip_count = fields.Integer(
        string="Moves of the Expected Closing",
        compute="_compute_slip_count",
        groups="sales_team.group_sale_salesman",
    )
    slip_days = fields.Integer(
        string="Days Moved",
        compute="_compute_slip_count",
        groups="sales_team.group_sale_salesman",
    )

    @api.depends("slip_ids.days")
    def _compute_slip_count(self):
        groups = self.env["crm.lead.slip"]._read_group(
            [("lead_id", "in", self.ids)], ["lead_id"], ["__count", "days:sum"]
        )
        slips = {lead.id: values for lead, *values in groups}
        for lead in self:
            lead.slip_count, lead.slip_days = slips.get(lead.id, (0, 0))

    def write(self, vals):
        if "date_deadline" not in vals:
            return super().write(vals)
        opportunities = self.filtered(lambda lead: lead.type == "opportunity")
        before = {lead: lead.date_deadline for lead in opportunities}
        result = super().write(vals)
        self.env["crm.lead.slip"]._log(
            {
                lead: (day, lead.date_deadline)
                for lead, day in before.items()
                if day != lead.date_deadline
            }
        )
        return result

    def action_view_slips(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_analytics.crm_lead_slip_action")
        return {**action, "domain": [("lead_id", "=", self.id)], "context": {}}
