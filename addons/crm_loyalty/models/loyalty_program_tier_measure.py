from collections import namedtuple

from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.tools import SQL

from odoo.addons.crm_extended.tools.currency_rates import get_rate_sql

# What one or several tiers count: over the window, and the columns of its sum and first day.
Measure = namedtuple("Measure", ["basis", "window_months", "start", "value", "first_day"])


class LoyaltyProgram(models.Model):
    """What the customers of a program have bought in the windows of its tiers, by SQL.

    The bases have one method each, `_get_<basis>_documents_sql`, that returns the rows
    (card_id, day, amount) to add up; another source of turnover extends
    `_get_turnover_documents_sql` by a UNION ALL.
    """

    _inherit = "loyalty.program"  # pylint: disable=consider-merging-classes-inherited

    def _get_tier_measures(self, today):
        """Return {tier: Measure}; tiers that count the same have the same measure."""
        self.ensure_one()
        tiers = self.with_context(active_test=False).tier_ids
        measures = {}
        for tier in tiers:
            key = (tier.basis, tier.window_months)
            if key not in measures:
                number = len(measures)
                measures[key] = Measure(
                    *key,
                    today - relativedelta(months=tier.window_months),
                    f"value_{number}",
                    f"first_day_{number}",
                )
        return {tier: measures[tier.basis, tier.window_months] for tier in tiers}

    def _get_measured_cards_sql(self, cards, today):
        """Return the SQL of a query with a row for each card and what each measure comes to.

        Its columns: card_id, partner_id, tier_id, tier_below_since, and `value` (never NULL) and
        `first_day` (the oldest day that counts) of each measure.

        :param cards: SQL of ids: a list in parentheses, or a subquery
        """
        self._flush_measured_models()
        measures = set(self._get_tier_measures(today).values())
        joins, columns = [], []
        for basis in sorted({measure.basis for measure in measures}):
            of_basis = [measure for measure in measures if measure.basis == basis]
            joins.append(self._join_basis(basis, of_basis, today))
            columns += [
                SQL(
                    "COALESCE(%(basis)s.%(value)s, 0) AS %(value)s,"
                    " %(basis)s.%(first_day)s AS %(first_day)s",
                    basis=SQL.identifier(basis),
                    value=SQL.identifier(measure.value),
                    first_day=SQL.identifier(measure.first_day),
                )
                for measure in of_basis
            ]
        return SQL(
            """
            WITH card AS MATERIALIZED (
                SELECT card.id AS card_id, card.partner_id, card.tier_id, card.tier_below_since,
                       holder.id = holder.commercial_partner_id AS is_whole
                  FROM loyalty_card card
                  JOIN res_partner holder ON holder.id = card.partner_id
                 WHERE card.id IN %(cards)s
            ),
            buyer AS (
                SELECT card_id, partner_id FROM card WHERE NOT is_whole
                 UNION ALL
                SELECT card.card_id, partner.id
                  FROM card
                  JOIN res_partner partner ON partner.commercial_partner_id = card.partner_id
                 WHERE card.is_whole
            )
            SELECT card.card_id, card.partner_id, card.tier_id, card.tier_below_since, %(columns)s
              FROM card %(joins)s
            """,
            cards=cards,
            columns=SQL(", ").join(columns),
            joins=SQL(" ").join(joins),
        )

    def _join_basis(self, basis, measures, today):
        """Return the SQL that joins the sums of a basis to the cards."""
        documents = getattr(self, f"_get_{basis}_documents_sql")(
            min(measure.start for measure in measures), today
        )
        sums = [
            SQL(
                "ROUND(SUM(document.amount) FILTER (WHERE document.day > %(start)s), 2)"
                " AS %(value)s,"
                " MIN(document.day) FILTER (WHERE document.day > %(start)s AND document.amount > 0)"
                " AS %(first_day)s",
                start=measure.start,
                value=SQL.identifier(measure.value),
                first_day=SQL.identifier(measure.first_day),
            )
            for measure in measures
        ]
        return SQL(
            "LEFT JOIN (SELECT document.card_id, %(sums)s FROM (%(documents)s) document"
            " GROUP BY document.card_id) %(basis)s ON %(basis)s.card_id = card.card_id",
            sums=SQL(", ").join(sums),
            documents=documents,
            basis=SQL.identifier(basis),
        )

    def _flush_measured_models(self):
        """Write what the queries read and the ORM may still hold back."""
        flushed = {
            "account.move": [
                "amount_residual",
                "amount_total",
                "amount_untaxed_signed",
                "company_id",
                "invoice_date",
                "move_type",
                "partner_id",
                "reversed_entry_id",
                "state",
            ],
            "loyalty.card": ["active", "partner_id", "program_id", "tier_below_since", "tier_id"],
            "loyalty.history": ["card_id", "issued", "kind", "used"],
            "loyalty.lot": ["card_id", "kind", "remaining", "state"],
            "loyalty.tier": None,
            "res.partner": ["commercial_partner_id"],
            "sale.order": ["company_id", "date_order", "partner_id", "state"],
        }
        for model, names in flushed.items():
            self.env[model].flush_model(names)

    def _get_turnover_documents_sql(self, start, today):
        """The paid share of invoices, and the credit notes, net of taxes.

        A credit note counts at the day of the invoice it reverses, so that both leave the window
        together, and as far as that invoice is paid or the credit note itself is settled: what was
        never paid is not deducted.
        """
        amount = SQL(
            "move.amount_untaxed_signed * CASE WHEN move.move_type = 'out_refund'"
            " THEN GREATEST(%(settled)s, %(origin_paid)s) ELSE %(settled)s END",
            settled=self._get_paid_share_sql(SQL("move")),
            origin_paid=self._get_paid_share_sql(SQL("origin")),
        )
        day = SQL("COALESCE(origin.invoice_date, move.invoice_date)")
        return SQL(
            """
            SELECT buyer.card_id, %(day)s AS day, %(amount)s * %(rate)s AS amount
              FROM buyer
              JOIN account_move move ON move.partner_id = buyer.partner_id
              JOIN res_company company ON company.id = move.company_id
              LEFT JOIN account_move origin ON origin.id = move.reversed_entry_id
             WHERE move.state = 'posted'
               AND move.move_type IN ('out_invoice', 'out_receipt', 'out_refund')
               AND %(day)s > %(start)s AND %(day)s <= %(today)s
               AND %(companies)s
            """,
            day=day,
            amount=amount,
            rate=get_rate_sql(
                self._get_tier_env(),
                SQL("company.currency_id"),
                SQL("move.invoice_date"),
                self.currency_id,
            ),
            start=start,
            today=today,
            companies=self._get_tier_companies_sql(SQL("move.company_id")),
        )

    def _get_paid_share_sql(self, alias):
        """Of a document that does not exist: all, as for a credit note without an invoice."""
        return SQL(
            "COALESCE(1 - %(alias)s.amount_residual / NULLIF(%(alias)s.amount_total, 0), 1)",
            alias=alias,
        )

    def _get_orders_documents_sql(self, start, today):
        return SQL(
            """
            SELECT buyer.card_id, %(day)s AS day, 1 AS amount
              FROM buyer
              JOIN sale_order orders ON orders.partner_id = buyer.partner_id
             WHERE orders.state = 'sale'
               AND %(day)s > %(start)s AND %(day)s <= %(today)s
               AND %(companies)s
            """,
            day=self._get_tier_day_sql(SQL("orders.date_order")),
            start=start,
            today=today,
            companies=self._get_tier_companies_sql(SQL("orders.company_id")),
        )

    def _get_points_documents_sql(self, start, today):
        """What was earned, less what was taken back and what still waits to count.

        On all cards the holder has had in this program: a lost card was replaced.
        """
        return SQL(
            """
            SELECT own.card_id, points.day, points.amount
              FROM (
                SELECT card.card_id, other.id
                  FROM card
                  JOIN loyalty_card other ON other.partner_id = card.partner_id
                 WHERE other.program_id = %(program)s
              ) own
              JOIN LATERAL (
                SELECT %(history_day)s AS day,
                       CASE history.kind WHEN 'earn' THEN history.issued ELSE -history.used END
                           AS amount
                  FROM loyalty_history history
                 WHERE history.card_id = own.id AND history.kind IN ('earn', 'revoke')
                 UNION ALL
                SELECT %(lot_day)s, -lot.remaining
                  FROM loyalty_lot lot
                 WHERE lot.card_id = own.id AND lot.state = 'pending' AND lot.kind = 'earn'
              ) points ON points.day > %(start)s AND points.day <= %(today)s
            """,
            program=self.id,
            history_day=self._get_tier_day_sql(SQL("history.create_date")),
            lot_day=self._get_tier_day_sql(SQL("lot.create_date")),
            start=start,
            today=today,
        )

    def _get_tier_day_sql(self, moment):
        """Return the SQL of the day that a moment is at the company."""
        zone = self._get_tier_company()._get_tz()
        return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", moment, str(zone))

    def _get_tier_companies_sql(self, column):
        """Sales of the program's company and its branches count; of all for a shared program."""
        if not self.company_id:
            return SQL("TRUE")
        return SQL("%s IN %s", column, tuple(self._get_tier_companies().ids))

    def _get_tier_companies(self):
        # sudo: only which branches there are is used
        domain = [("id", "child_of", self.company_id.id)] if self.company_id else []
        return self.env["res.company"].sudo().search(domain)

    def _get_tier_env(self):
        return self.with_company(self._get_tier_company()).env
