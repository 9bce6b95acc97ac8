from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class SaleOrder(models.Model):
    """With which order a customer began to buy."""

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    is_first_order = fields.Boolean(
        compute="_compute_is_first_order",
        search="_search_is_first_order",
        compute_sudo=True,
        help="The customer had no confirmed order of this company before it.",
    )

    # Not stored: an order that is cancelled makes another one the first.
    @api.depends("state", "date_order", "amount_total", "partner_id", "company_id")
    def _compute_is_first_order(self):
        first = self.search(Domain("id", "in", self.ids) & Domain("is_first_order", "=", True))
        for order in self:
            order.is_first_order = order._origin in first

    @api.model
    def _search_is_first_order(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = Domain("state", "=", "sale") & Domain("amount_total", ">", 0)
        domain &= Domain.custom(to_sql=self._get_first_order_sql)
        return domain if True in value else ~domain

    @api.model
    def _get_first_order_sql(self, _model, alias, query):
        """No earlier order of the same customer: nobody's rights hide that there was one."""
        orders_sudo, partners_sudo = self.sudo(), self.env["res.partner"].sudo()

        def order(table, name):
            return orders_sudo._field_to_sql(table, name, query)

        def partner(table, name):
            return partners_sudo._field_to_sql(table, name, query)

        return SQL(
            """NOT EXISTS (
                SELECT FROM sale_order earlier
                  JOIN res_partner earlier_customer ON earlier_customer.id = %(earlier_partner)s
                 WHERE %(earlier_commercial)s = (
                           SELECT %(commercial)s FROM res_partner customer
                            WHERE customer.id = %(partner)s
                       )
                   AND %(earlier_company)s = %(company)s
                   AND %(earlier_state)s = 'sale' AND %(earlier_amount)s > 0
                   AND (%(earlier_date)s, earlier.id) < (%(date)s, %(id)s)
            )""",
            earlier_partner=order("earlier", "partner_id"),
            earlier_commercial=partner("earlier_customer", "commercial_partner_id"),
            commercial=partner("customer", "commercial_partner_id"),
            partner=order(alias, "partner_id"),
            earlier_company=order("earlier", "company_id"),
            company=order(alias, "company_id"),
            earlier_state=order("earlier", "state"),
            earlier_amount=order("earlier", "amount_total"),
            earlier_date=order("earlier", "date_order"),
            date=order(alias, "date_order"),
            id=SQL.identifier(alias, "id"),
        )
