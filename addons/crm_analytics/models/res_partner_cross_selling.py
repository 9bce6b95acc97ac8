from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    prediction_count = fields.Integer(
        string="Likely Next",
        compute="_compute_cross_selling_counts",
        groups="sales_team.group_sale_salesman",
    )
    white_space_count = fields.Integer(
        string="White Space",
        compute="_compute_cross_selling_counts",
        groups="sales_team.group_sale_salesman",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_cross_selling_counts(self):
        domain = [("partner_id", "in", self.commercial_partner_id.ids)]
        predictions, spaces = (
            dict(self.env[model]._read_group(domain, ["partner_id"], ["__count"]))
            for model in ("sale.customer.prediction", "sale.white.space")
        )
        for partner in self:
            customer = partner.commercial_partner_id
            partner.prediction_count = predictions.get(customer, 0)
            partner.white_space_count = spaces.get(customer, 0)

    def action_view_predictions(self):
        """Open what this customer is likely to order next."""
        return self._get_cross_selling_action("crm_analytics.sale_customer_prediction_action")

    def action_view_white_spaces(self):
        """Open what similar customers buy and this one does not."""
        return self._get_cross_selling_action("crm_analytics.sale_white_space_action")

    def _get_cross_selling_action(self, name):
        action = self.env["ir.actions.actions"]._for_xml_id(name)
        action["domain"] = [("partner_id", "in", self.commercial_partner_id.ids)]
        action["context"] = {}
        return action
