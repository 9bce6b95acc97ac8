from odoo import api, models
from odoo.tools import SQL

MONEY_ACCOUNTS = SQL("('asset_cash', 'liability_credit_card')")
MONEY_JOURNALS = SQL("('bank', 'cash', 'credit')")
SIDES = (("debit", "credit", 1), ("credit", "debit", -1))  # of an invoice and of a credit note


class CrmSalesActual(models.Model):
    """What came in of the invoices: a row a reconciliation, invoice line and share.

    It counts on the day of the payment, whenever the two were reconciled. Money is what an entry of
    a bank or cash journal moved on a money account or on its outstanding account: a credit note, a
    write-off, a cash discount and an exchange difference settle invoices without being money. What
    was paid back on a credit note counts below zero. Payments, or parts of them, that settle no
    invoice yet count nowhere, and neither does a payment that was reversed.

    Sums are exact. Amounts are cut at running totals that are rounded, never part by part: all
    payments of an invoice make its untaxed amount line by line, the lines of a payment make the
    payment, and what the bank has confirmed and what is in transit make what was collected.
    Money is worth what it was worth on the day of the payment.
    """

    _inherit = "crm.sales.actual"
    _depends = {
        "account.account": ["account_type"],
        "account.journal": ["default_account_id", "type"],
        "account.move": ["reversed_entry_id"],
        "account.move.line": ["account_id", "payment_id", "reconciled", "statement_line_id"],
        "account.partial.reconcile": [
            "amount",
            "credit_amount_currency",
            "credit_move_id",
            "debit_amount_currency",
            "debit_move_id",
            "exchange_move_id",
        ],
        "account.payment": ["outstanding_account_id"],
    }

    @api.model
    def _get_branches(self):
        branches = super()._get_branches()
        if self._is_asked("collected"):
            branches += [self._select_collected(*side) for side in SIDES]
        return branches

    @api.model
    def _select_collected(self, side, other, sign):
        return self._select_paid("collected", side, other, sign)

    # ------------------------------------------------------------------
    # Payments of invoices
    # ------------------------------------------------------------------

    @api.model
    def _select_paid(
        self,
        kind,
        side,
        other,
        sign,
        *,
        day=None,
        part=None,
        place=None,
        tables=None,
        condition=None,
    ):
        """The payments of invoices, or of credit notes, on their lines.

        :param side: ``debit`` or ``credit``, where the invoice stands in the reconciliation
        :param other: where the payment stands
        :param sign: whether money comes in (1) or goes out (-1)
        :param day: SQL of the day of the row, that of the payment where missing
        :param part: SQL of the shares of the payment between which the row lies, 0 and 1
        :param place: SQL of the number of the row among those of a reconciliation and a line
        :param tables: SQL that joins more to ``part``, ``payment_line``, ``payment``
        """
        day = day or SQL("payment_line.date")
        credit_columns = self._get_credit_columns(*self._get_invoice_credit())
        return self._select(
            kind,
            {
                **credit_columns,
                **self._get_partner_columns(),
                **self._get_product_columns(),
                "place": SQL(
                    "((%s) << 15) + (line.place << 4) + (%s)",
                    place or SQL("0"),
                    credit_columns["place"],
                ),
                "source_id": SQL("part.id"),
                "date": day,
                "moment": SQL("%s::timestamp", day),
                "company_id": SQL("payment_line.company_id"),
                "currency_id": SQL("payment_line.company_currency_id"),
                "order_id": SQL("sale.id"),
                "move_id": SQL("move.id"),
                "payment_move_id": SQL("payment_line.move_id"),
                "amount": self._cut("net", part, sign),
                "payment_amount": self._cut("gross", part, sign),
            },
            SQL(
                """
                account_move_line AS payment_line
                JOIN account_journal AS journal ON journal.id = payment_line.journal_id
                LEFT JOIN account_payment AS payment ON payment.id = payment_line.payment_id
                LEFT JOIN account_account AS outstanding
                  ON outstanding.id = payment.outstanding_account_id
                JOIN account_partial_reconcile AS part ON part.%(others)s = payment_line.id
                JOIN account_move_line AS term
                  ON term.id = part.%(own)s AND term.display_type = 'payment_term'
                JOIN account_move AS move ON move.id = term.move_id
                LEFT JOIN res_currency AS move_currency ON move_currency.id = move.currency_id
                LEFT JOIN res_currency AS currency
                  ON currency.id = payment_line.company_currency_id
                %(more)s
                CROSS JOIN LATERAL (%(settled)s) AS settled
                CROSS JOIN LATERAL (%(used)s) AS used
                CROSS JOIN LATERAL (%(money)s) AS money
                CROSS JOIN LATERAL (%(paid)s) AS paid
                CROSS JOIN LATERAL (%(lines)s) AS line
                %(invoice)s
                CROSS JOIN LATERAL (%(cut)s) AS cut
                %(product)s
                """,
                own=SQL.identifier(f"{side}_move_id"),
                others=SQL.identifier(f"{other}_move_id"),
                more=tables or SQL(""),
                settled=self._select_settled(side, other),
                used=self._select_used(side, other),
                money=self._select_money(),
                paid=self._select_amount_paid(),
                lines=self._select_lines(sign),
                invoice=self._join_invoice(),
                cut=self._select_cut(),
                product=self._join_product(),
            ),
            SQL(
                """
                payment_line.parent_state = 'posted'
                AND journal.type IN %(journals)s
                AND move.move_type IN %(types)s
                AND NOT EXISTS (
                    SELECT FROM account_move AS reversal
                     WHERE reversal.reversed_entry_id = payment_line.move_id
                       AND reversal.state = 'posted'
                )
                AND %(condition)s
                """,
                journals=MONEY_JOURNALS,
                types=("out_invoice", "out_receipt") if sign == 1 else ("out_refund",),
                condition=condition or SQL("TRUE"),
            ),
        )

    @api.model
    def _select_settled(self, side, other):
        """Of the invoice, in its currency: what was settled before, and what by this."""
        return self._select_reconciliations(
            side,
            other,
            SQL.identifier("taken", f"{side}_amount_currency"),
            SQL("own.move_id = move.id AND own.display_type = 'payment_term'"),
        )

    @api.model
    def _select_used(self, side, other):
        """Of the payment, in company currency: what was used up before, and what by this."""
        return self._select_reconciliations(
            other, side, SQL("taken.amount"), SQL("own.id = payment_line.id")
        )

    @api.model
    def _select_reconciliations(self, side, other, amount, condition):
        """What reconciliations took of journal items before ``part`` did, and what it takes.

        What its exchange difference takes belongs to a reconciliation.
        """
        return SQL(
            """
            SELECT COALESCE(sum(each.amount) FILTER (WHERE each.id < part.id), 0) AS before,
                   COALESCE(sum(each.amount) FILTER (WHERE each.id = part.id), 0) AS amount
              FROM (
                SELECT COALESCE(origin.id, taken.id) AS id, %(amount)s AS amount
                  FROM account_move_line AS own
                  JOIN account_partial_reconcile AS taken ON taken.%(own)s = own.id
                  JOIN account_move_line AS taker ON taker.id = taken.%(others)s
                  LEFT JOIN account_partial_reconcile AS origin
                    ON origin.exchange_move_id = taker.move_id
                 WHERE %(condition)s
              ) AS each
            """,
            amount=amount,
            own=SQL.identifier(f"{side}_move_id"),
            others=SQL.identifier(f"{other}_move_id"),
            condition=condition,
        )

    @api.model
    def _select_money(self):
        """How much of what the entry settles is money: less than 1 with a discount in it."""
        return SQL(
            """
            SELECT LEAST(GREATEST(COALESCE(
                       -sum(item.balance) FILTER (
                           WHERE item.account_id = payment.outstanding_account_id
                              OR item.account_id = journal.default_account_id
                              OR item.account_id IN (%(money)s)
                       )
                       / NULLIF(sum(item.balance) FILTER (WHERE item.account_id IN (%(owed)s)), 0),
                   0), 0), 1) AS ratio
              FROM account_move_line AS item
             WHERE item.move_id = payment_line.move_id
            """,
            money=self._select_accounts(MONEY_ACCOUNTS),
            owed=self._select_accounts(SQL("('asset_receivable', 'liability_payable')")),
        )

    @api.model
    def _select_accounts(self, types):
        # Not joined: PostgreSQL reads them once and remembers them.
        return SQL("SELECT id FROM account_account WHERE account_type IN %s", types)

    @api.model
    def _select_amount_paid(self):
        """The money in company currency, as the books have it."""
        return SQL(
            """
            SELECT round(money.ratio * (used.before + used.amount), currency.decimal_places)
                   - round(money.ratio * used.before, currency.decimal_places) AS amount
            """
        )

    @api.model
    def _select_lines(self, sign):
        """The lines of the invoice with their running total, in the currency of the invoice."""
        return SQL(
            """
            SELECT item.id, item.product_id,
                   row_number() OVER ids AS place,
                   sum(%(sign)s * item.amount_currency) OVER ids
                       - %(sign)s * item.amount_currency AS before,
                   sum(%(sign)s * item.amount_currency) OVER ids AS upto,
                   sum(%(sign)s * item.amount_currency) OVER () AS total
              FROM account_move_line AS item
             WHERE item.move_id = move.id AND item.display_type IN ('product', 'rounding')
            WINDOW ids AS (ORDER BY item.id)
            """,
            sign=SQL(str(-sign)),
        )

    @api.model
    def _get_net_amount(self, upto):
        """The untaxed part of the payment up to a running total of the lines."""
        return SQL(
            """round((round(%(upto)s * (settled.before + settled.amount)
                            / NULLIF(move.amount_total, 0), move_currency.decimal_places)
                      - round(%(upto)s * settled.before
                              / NULLIF(move.amount_total, 0), move_currency.decimal_places))
                     * paid.amount / NULLIF(settled.amount, 0), currency.decimal_places)""",
            upto=upto,
        )

    @api.model
    def _get_gross_amount(self, upto):
        """The payment up to a running total of the lines."""
        return SQL("round(paid.amount * %s / NULLIF(line.total, 0), currency.decimal_places)", upto)

    @api.model
    def _select_cut(self):
        """The payment up to the row and with it: the lines and, in a line, the shares in it."""
        columns = []
        for name, get_amount in (("net", self._get_net_amount), ("gross", self._get_gross_amount)):
            first, last = (
                SQL("COALESCE(%s, 0)", get_amount(SQL(upto)))
                for upto in ("line.before", "line.upto")
            )
            shares = self._get_share_before()
            for column, whole, share in (
                ("before", first, shares),
                ("upto", last, SQL("%s + credit.share", shares)),
            ):
                columns.append(
                    SQL(
                        """CASE WHEN credit.id IS NULL THEN %(whole)s
                                ELSE %(first)s + round(
                                    (%(last)s - %(first)s) * (%(share)s) / 100,
                                    currency.decimal_places)
                            END AS %(name)s""",
                        whole=whole,
                        first=first,
                        last=last,
                        share=share,
                        name=SQL.identifier(f"{name}_{column}"),
                    )
                )
        return SQL("SELECT %s", SQL(", ").join(columns))

    @api.model
    def _cut(self, name, part, sign):
        """What lies between two running totals of the rows, and between two of the payment.

        The last part of a row is what the ones before it leave: all of them make the row.
        """
        before, upto = (
            SQL("cut.%s_upto - cut.%s_before", SQL(name), SQL(name))
            if share == "1"
            else SQL("0")
            if share == "0"
            else SQL(
                "round(cut.%(name)s_upto * %(share)s, currency.decimal_places)"
                " - round(cut.%(name)s_before * %(share)s, currency.decimal_places)",
                name=SQL(name),
                share=SQL(share),
            )
            for share in part or ("0", "1")
        )
        return SQL("%s * ((%s) - (%s))", SQL(str(sign)), upto, before)
