from odoo import api, fields, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"  # pylint: disable=consider-merging-classes-inherited

    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    amount_company = fields.Monetary(
        string="Amount in Company Currency",
        compute="_compute_amount_company",
        currency_field="company_currency_id",
        help="Without taxes, at the rate of the day of the order.",
    )

    @api.depends("price_subtotal", "order_id.currency_rate")
    def _compute_amount_company(self):
        for line in self:
            line.amount_company = line.price_subtotal / (line.order_id.currency_rate or 1)
