from odoo import api, models
from odoo.tools import SQL


class CrmSalesActual(models.Model):
    """What was ordered and invoiced, and what all kinds say of customer, product and credit."""

    _inherit = "crm.sales.actual"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _get_branches(self):
        return [*super()._get_branches(), self._select_ordered(), self._select_invoiced()]

    @api.model
    def _select_ordered(self):
        amount = SQL("line.price_subtotal / COALESCE(NULLIF(sale.currency_rate, 0), 1)")
        return self._select(
            "ordered",
            {
                **self._get_credit_columns(SQL("sale.user_id"), SQL("sale.team_id")),
                **self._get_partner_columns(),
                **self._get_product_columns(),
                "source_id": SQL("line.id"),
                "date": SQL(
                    "(sale.date_order AT TIME ZONE 'UTC'"
                    " AT TIME ZONE COALESCE(calendar.tz, 'UTC'))::date"
                ),
                "moment": SQL("sale.date_order"),
                "company_id": SQL("sale.company_id"),
                "currency_id": SQL("company.currency_id"),
                "order_id": SQL("sale.id"),
                "move_id": SQL("NULL::integer"),
                "payment_move_id": SQL("NULL::integer"),
                "amount": self._split(amount),
                "payment_amount": SQL("NULL::numeric"),
            },
            SQL(
                """
                sale_order AS sale
                JOIN sale_order_line AS line ON line.order_id = sale.id
                LEFT JOIN res_company AS company ON company.id = sale.company_id
                LEFT JOIN res_currency AS currency ON currency.id = company.currency_id
                LEFT JOIN resource_calendar AS calendar
                  ON calendar.id = company.resource_calendar_id
                LEFT JOIN res_partner AS contact ON contact.id = sale.partner_id
                LEFT JOIN res_partner AS customer ON customer.id = contact.commercial_partner_id
                LEFT JOIN sale_order_credit AS credit ON credit.order_id = sale.id
                LEFT JOIN res_users AS credited ON credited.id = credit.user_id
                %s
                """,
                self._join_product(),
            ),
            SQL("sale.state = 'sale' AND line.display_type IS NULL"),
        )

    @api.model
    def _select_invoiced(self):
        return self._select(
            "invoiced",
            {
                **self._get_credit_columns(*self._get_invoice_credit()),
                **self._get_partner_columns(),
                **self._get_product_columns(),
                "source_id": SQL("line.id"),
                "date": SQL("line.date"),
                "moment": SQL("line.date::timestamp"),
                "company_id": SQL("line.company_id"),
                "currency_id": SQL("line.company_currency_id"),
                "order_id": SQL("sale.id"),
                "move_id": SQL("move.id"),
                "payment_move_id": SQL("NULL::integer"),
                "amount": self._split(SQL("-line.balance")),
                "payment_amount": SQL("NULL::numeric"),
            },
            SQL(
                """
                account_move_line AS line
                JOIN account_move AS move ON move.id = line.move_id
                LEFT JOIN res_currency AS currency ON currency.id = line.company_currency_id
                %s
                %s
                """,
                self._join_invoice(),
                self._join_product(),
            ),
            SQL(
                """
                line.parent_state = 'posted'
                AND line.display_type IN ('product', 'rounding')
                AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                """
            ),
        )

    # ------------------------------------------------------------------
    # What the branches share
    # ------------------------------------------------------------------

    @api.model
    def _get_credit_columns(self, user, team):
        """Whose row it is: of the credited, with the team they sell in, or of the salesperson."""
        return {
            "user_id": SQL("COALESCE(credit.user_id, %s)", user),
            "team_id": SQL(
                """CASE WHEN credit.user_id <> COALESCE(%(user)s, 0)
                        THEN COALESCE(credited.sale_team_id, %(team)s) ELSE %(team)s END""",
                user=user,
                team=team,
            ),
            "share": SQL("COALESCE(credit.share, 100)"),
            "place": SQL(
                """CASE WHEN credit.id IS NULL THEN 0 ELSE
                   (SELECT count(*) FROM sale_order_credit AS other
                     WHERE other.order_id = credit.order_id AND other.id < credit.id) END"""
            ),
        }

    @api.model
    def _get_partner_columns(self):
        return {
            "partner_id": SQL("customer.id"),
            "country_id": SQL("customer.country_id"),
            "state_id": SQL("customer.state_id"),
        }

    @api.model
    def _get_product_columns(self):
        return {"product_id": SQL("line.product_id"), "categ_id": SQL("template.categ_id")}

    @api.model
    def _join_product(self):
        return SQL(
            """
            LEFT JOIN product_product AS product ON product.id = line.product_id
            LEFT JOIN product_template AS template ON template.id = product.product_tmpl_id
            """
        )

    @api.model
    def _get_invoice_credit(self):
        """The salesperson and the team of an invoice line: those of its order where it has one."""
        return (
            SQL("CASE WHEN sale.id IS NULL THEN move.invoice_user_id ELSE sale.user_id END"),
            SQL("CASE WHEN sale.id IS NULL THEN move.team_id ELSE sale.team_id END"),
        )

    @api.model
    def _join_invoice(self):
        """What an invoice (``move``) and its ``line`` say of the customer and of the order.

        A line that invoices several order lines belongs to the first.
        """
        return SQL(
            """
            LEFT JOIN res_partner AS customer ON customer.id = move.commercial_partner_id
            LEFT JOIN sale_order_line_invoice_rel AS sold
              ON sold.invoice_line_id = line.id
             AND NOT EXISTS (
                    SELECT FROM sale_order_line_invoice_rel AS earlier
                     WHERE earlier.invoice_line_id = sold.invoice_line_id
                       AND earlier.order_line_id < sold.order_line_id
                 )
            LEFT JOIN sale_order_line AS order_line ON order_line.id = sold.order_line_id
            LEFT JOIN sale_order AS sale ON sale.id = order_line.order_id
            LEFT JOIN sale_order_credit AS credit ON credit.order_id = sale.id
            LEFT JOIN res_users AS credited ON credited.id = credit.user_id
            """
        )

    @api.model
    def _split(self, amount):
        """The credited part of an amount; the parts of all add up to it, to the last cent."""
        return SQL(
            """
            CASE WHEN credit.id IS NULL THEN %(amount)s
                 ELSE round(%(amount)s * (%(before)s + credit.share) / 100, %(digits)s)
                      - round(%(amount)s * %(before)s / 100, %(digits)s)
             END
            """,
            amount=amount,
            before=self._get_share_before(),
            digits=SQL("currency.decimal_places"),
        )

    @api.model
    def _get_share_before(self):
        """The shares of an order that come before that of the row."""
        return SQL(
            """COALESCE((SELECT sum(other.share) FROM sale_order_credit AS other
                          WHERE other.order_id = credit.order_id AND other.id < credit.id), 0)"""
        )
