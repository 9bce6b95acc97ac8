from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmComplaint(models.Model):
    """What was given to the customer because of a complaint."""

    _inherit = "crm.complaint"

    compensation_ids = fields.One2many(
        comodel_name="crm.complaint.compensation",
        inverse_name="complaint_id",
        string="Compensations",
        readonly=True,
        copy=False,
        groups="crm_extended.group_crm_complaint_user",
    )
    compensation_count = fields.Integer(
        compute="_compute_compensation_count",
        groups="crm_extended.group_crm_complaint_user",
    )
    cost_compensations = fields.Monetary(
        string="Cost of Points and Vouchers",
        compute="_compute_cost_compensations",
        store=True,
        groups="base.group_user",
        help="What was given, at the value it had when it was asked for.",
    )

    @api.depends("compensation_ids")
    def _compute_compensation_count(self):
        counts = dict(
            self.env["crm.complaint.compensation"]._read_group(
                [("complaint_id", "in", self.ids)], ["complaint_id"], ["__count"]
            )
        )
        for complaint in self:
            complaint.compensation_count = counts.get(complaint._origin, 0)

    @api.depends("compensation_ids.amount", "compensation_ids.state")
    def _compute_cost_compensations(self):
        for complaint in self:
            given = complaint.compensation_ids.filtered(lambda each: each.state == "approved")
            complaint.cost_compensations = sum(given.mapped("amount"))

    @api.depends("cost_compensations")
    def _compute_cost(self):
        return super()._compute_cost()

    def action_compensate(self):
        self.ensure_one()
        return {
            "name": self.env._("Compensate"),
            "type": "ir.actions.act_window",
            "res_model": "crm.complaint.compensate",
            "view_mode": "form",
            "target": "new",
            "context": {"default_complaint_id": self.id},
        }

    def action_view_compensations(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty.crm_complaint_compensation_action"
        )
        action["domain"] = [("complaint_id", "=", self.id)]
        action["context"] = {}
        return action

    def _get_compensated_customer(self):
        """Who is compensated; a sentence says what is missing when nobody can be."""
        self.ensure_one()
        partner = self.partner_id
        if not partner:
            raise UserError(
                self.env._("Choose the customer of this complaint before you compensate.")
            )
        if partner.commercial_partner_id.is_guest:
            raise UserError(
                self.env._(
                    "%(customer)s collects the sales of people who gave no name: choose the person"
                    " who complained as the customer first.",
                    customer=partner.display_name,
                )
            )
        if not partner.active:
            raise UserError(
                self.env._(
                    "%(customer)s is archived: unarchive the customer before you compensate.",
                    customer=partner.display_name,
                )
            )
        return partner

    def _needs_compensation_approval(self, amount, besides=None):
        """Whether a manager has to approve `amount` more, in company currency.

        What was given and asked for on this complaint counts with it, so that a large amount is
        not given in small parts.
        """
        self.ensure_one()
        limit = self.company_id.complaint_compensation_limit
        if not limit:
            return True
        others = self.compensation_ids.filtered(
            lambda each: each.state in ("approved", "to_approve") and each != besides
        )
        total = amount + sum(others.mapped("amount"))
        return self.currency_id.compare_amounts(total, limit) > 0

    def _get_cost_parts(self):
        costs = super()._get_cost_parts()
        for complaint in self:
            costs[complaint] += complaint.cost_compensations
        return costs

    def _merge_links(self, target):
        result = super()._merge_links(target)
        self.compensation_ids.complaint_id = target
        self.env["loyalty.history"].search(
            [("order_model", "=", self._name), ("order_id", "in", self.ids)]
        ).order_id = target.id
        return result
