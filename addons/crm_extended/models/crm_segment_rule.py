from ast import literal_eval

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.currency_rates import get_rate_sql

# What decides who belongs to a segment: a change of any of these makes the members out of date
RULE_FIELDS = (
    "kind",
    "company_id",
    "domain",
    "sales_condition",
    "product_tmpl_ids",
    "product_categ_ids",
    "order_count_min",
    "sales_months",
    "spent_min",
    "industry_ids",
    "category_ids",
    "lang_ids",
)


class CrmSegment(models.Model):
    """Whom the rule of a segment finds."""

    _inherit = "crm.segment"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _get_rule_fields(self):
        return set(RULE_FIELDS)

    def _get_rule_domain(self):
        """The customers the rule finds, as a domain on res.partner without any ids."""
        self.ensure_one()
        domains = [
            Domain("active", "=", True),  # whatever the condition below says of archived ones
            Domain("is_guest", "=", False),
            Domain("type", "=", "contact"),  # not the addresses of a person
            self._get_customer_domain(),
        ]
        if self.company_id:
            domains.append(Domain("company_id", "in", [False, *self.company_id.ids]))
        if self.industry_ids:
            domains.append(Domain("industry_id", "in", self.industry_ids.ids))
        if self.category_ids:
            domains.append(Domain("category_id", "child_of", self.category_ids.ids))
        if self.lang_ids:
            domains.append(Domain("lang", "in", self.lang_ids.mapped("code")))
        if self.sales_condition:
            operator = "in" if self.sales_condition == "bought" else "not in"
            domains.append(Domain("id", operator, self._get_buyers_sql()))
        return Domain.AND(domains)

    def _get_customer_domain(self):
        """The typed condition on the customer; a sentence says what cannot be read."""
        self.ensure_one()
        try:
            domain = Domain(literal_eval(self.domain or "[]"))
            # sudo: only whether the condition can be searched for is asked
            self.env["res.partner"].sudo()._search(domain)
        except Exception as error:
            raise ValidationError(
                self.env._(
                    "The condition on the customers of %(segment)s cannot be read: choose its"
                    " fields and values again. (%(error)s)",
                    segment=self.name,
                    error=error,
                )
            ) from error
        return domain

    def _get_buyers_sql(self):
        """Select the customers by their confirmed orders: the person's and the company's."""
        self.env["sale.order"].flush_model(
            ["company_id", "currency_id", "date_order", "partner_id", "state"]
        )
        self.env["sale.order.line"].flush_model(
            ["display_type", "order_id", "price_subtotal", "product_id", "product_uom_qty"]
        )
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        conditions = [SQL("sale.state = 'sale'"), SQL("line.display_type IS NULL")]
        if self.company_id:
            conditions.append(SQL("sale.company_id = %s", self.company_id.id))
        if self.sales_months:
            since = fields.Datetime.now() - relativedelta(months=self.sales_months)
            conditions.append(SQL("sale.date_order >= %s", since))
        if self.product_tmpl_ids or self.product_categ_ids:
            conditions.append(SQL("line.product_id IN %s", self._get_products().subselect()))
        money_env = self.with_company(self._get_money_company()).env
        return SQL(
            """(
            SELECT buyer.id
              FROM sale_order sale
              JOIN sale_order_line line ON line.order_id = sale.id
              JOIN res_partner customer ON customer.id = sale.partner_id
             CROSS JOIN LATERAL (
                   SELECT customer.id UNION SELECT customer.commercial_partner_id
                   ) buyer
             WHERE %(conditions)s
             GROUP BY buyer.id
            HAVING count(DISTINCT sale.id) FILTER (WHERE line.product_uom_qty > 0) >= %(times)s
               AND sum(line.price_subtotal * %(rate)s) >= %(spent)s
            )""",
            conditions=SQL(" AND ").join(conditions),
            times=self.order_count_min,
            rate=get_rate_sql(money_env, SQL("sale.currency_id"), SQL("sale.date_order::date")),
            spent=self.spent_min,
        )

    def _get_products(self):
        chosen = Domain.OR(
            [
                Domain("product_tmpl_id", "in", self.product_tmpl_ids.ids),
                Domain("categ_id", "child_of", self.product_categ_ids.ids),
            ]
        )
        # sudo: products of orders that were confirmed, also archived ones
        return self.env["product.product"].sudo().with_context(active_test=False)._search(chosen)

    def _get_money_company(self):
        """Whose currency and day count: for a segment of all companies its maker's company."""
        self.ensure_one()
        # sudo: the company of a user is read, whoever opens the segment
        return self.company_id or self.sudo().create_uid.company_id or self.env.company
