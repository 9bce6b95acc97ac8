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
        """The earliest order of its customer: nobody's rights hide that there was one before.

        All customers' first orders in one go. Looking for an earlier order of each order goes
        through all those of a customer again and again: hours, where most have bought as guests.
        """
        orders_sudo, partners_sudo = self.sudo(), self.env["res.partner"].sudo()

        def order(name):
            return orders_sudo._field_to_sql("purchase", name, query)

        customer = partners_sudo._field_to_sql("buyer", "commercial_partner_id", query)
        return SQL(
            """%(id)s IN (
                SELECT DISTINCT ON (%(company)s, %(customer)s) purchase.id
                  FROM sale_order purchase
                  JOIN res_partner buyer ON buyer.id = %(partner)s
                 WHERE %(state)s = 'sale' AND %(amount)s > 0
                 ORDER BY %(company)s, %(customer)s, %(date)s, purchase.id
            )""",
            id=SQL.identifier(alias, "id"),
            company=order("company_id"),
            customer=customer,
            partner=order("partner_id"),
            state=order("state"),
            amount=order("amount_total"),
            date=order("date_order"),
        )
