from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_extended.tools.currency_rates import get_rate_sql

# What is counted at the end of a month: months do not add up, the last one tells.
BALANCES = ("points", "points_pending", "value", "expected_value")


class LoyaltyLiabilityReport(models.Model):
    """What customers still have to come: points on cards at the end of each month, by program.

    It adds up the lots, which are what a balance is made of: the row of the present month is the
    sum of the cards. Lots made when this add-on came are of the points that were left then.
    """

    _name = "loyalty.liability.report"
    _description = "Points Liability"
    _auto = False
    _order = "date desc, program_id"
    _rec_name = "program_id"
    _depends = {
        "loyalty.history": ["create_date", "kind"],
        "loyalty.lot": ["available_date", "kind", "points", "program_id", "remaining", "state"],
        "loyalty.lot.use": ["history_id", "lot_id", "points", "returned"],
        "loyalty.program": ["company_id", "currency_id", "program_type"],
        "loyalty.reward": ["discount", "discount_mode", "program_id", "required_points"],
    }

    date = fields.Date(
        string="Month",
        help="The last day of the month; today for the present one.",
        readonly=True,
    )
    program_id = fields.Many2one(comodel_name="loyalty.program", readonly=True)
    program_type = fields.Selection(
        selection=lambda self: (
            self.env["loyalty.program"]._fields["program_type"]._description_selection(self.env)
        ),
        readonly=True,
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    points = fields.Float(
        string="Outstanding",
        help="Points that customers can use, at the end of the month. Of several months the last"
        " one counts.",
        readonly=True,
    )
    points_pending = fields.Float(
        string="Waiting",
        help="Points of orders that are not delivered, invoiced or paid yet, now.",
        readonly=True,
    )
    value = fields.Monetary(
        string="Worth",
        help="The outstanding points at the program's best reward with an amount of money, in your"
        " company's currency.",
        readonly=True,
    )
    expected_value = fields.Monetary(
        string="Expected Worth",
        help="Worth less the share that expires unused, as far as the program can tell by now.",
        readonly=True,
    )
    earned = fields.Float(
        help="Points that became usable in the month.",
        readonly=True,
    )
    redeemed = fields.Float(readonly=True)
    expired = fields.Float(readonly=True)
    revoked = fields.Float(string="Taken Back", readonly=True)
    adjusted = fields.Float(
        help="Given less taken by hand, and moved between cards.",
        readonly=True,
    )
    expired_value = fields.Monetary(
        string="Breakage",
        help="What the points that expired in the month were worth.",
        readonly=True,
    )
    breakage_rate = fields.Float(
        string="Breakage (%)",
        help="Of the points redeemed or expired in the month, the share that expired.",
        aggregator="avg",
        readonly=True,
    )

    # Reading

    def _read_group_select(self, aggregate_spec, query):
        """Balances are those of the last month of a group; shares are of all points of a group."""
        name, _separator, function = aggregate_spec.partition(":")
        if function == "sum" and name in BALANCES:
            return SQL(
                """
                (SELECT COALESCE(sum(month.amount), 0)
                   FROM unnest(array_agg(%(amount)s), array_agg(%(date)s)) AS month(amount, date)
                  WHERE month.date = max(%(date)s))
                """,
                amount=self._field_to_sql(self._table, name, query),
                date=self._field_to_sql(self._table, "date", query),
            )
        if aggregate_spec == "breakage_rate:avg":
            expired = self._field_to_sql(self._table, "expired", query)
            redeemed = self._field_to_sql(self._table, "redeemed", query)
            return SQL(
                "100 * sum(%(expired)s) / NULLIF(sum(%(expired)s + %(redeemed)s), 0)",
                expired=expired,
                redeemed=redeemed,
            )
        return super()._read_group_select(aggregate_spec, query)

    @property
    def _table_query(self):
        return SQL(
            """
            WITH zone AS (
                SELECT * FROM unnest(%(companies)s, %(zones)s) AS zone(company_id, name)
            ), change AS (
                %(credits)s UNION ALL %(debits)s UNION ALL %(returns)s UNION ALL %(waiting)s
            ), program AS (
                SELECT program.id, program.company_id, program.program_type, program.currency_id,
                       worth.money, this.month AS this_month, min(change.month) AS first_month
                  FROM change
                  JOIN loyalty_program program ON program.id = change.program_id
                  JOIN unnest(%(programs)s, %(worths)s) AS worth(program_id, money)
                    ON worth.program_id = program.id
                 CROSS JOIN (SELECT date_trunc('month', %(today)s::date)::date AS month) this
                 GROUP BY program.id, worth.money, this.month
            ), total AS (
                SELECT program.*, month.day::date AS month,
                       LEAST((month.day + interval '1 month - 1 day')::date, %(today)s) AS date,
                       COALESCE(sum(change.earned), 0) AS earned,
                       COALESCE(sum(change.redeemed), 0) AS redeemed,
                       COALESCE(sum(change.expired), 0) AS expired,
                       COALESCE(sum(change.revoked), 0) AS revoked,
                       COALESCE(sum(change.adjusted), 0) AS adjusted,
                       COALESCE(sum(change.waiting), 0) AS points_pending
                  FROM program
                 CROSS JOIN generate_series(
                        LEAST(program.first_month, program.this_month), program.this_month,
                        interval '1 month'
                       ) AS month(day)
                  LEFT JOIN change ON change.program_id = program.id
                   AND LEAST(change.month, program.this_month) = month.day::date
                 GROUP BY program.id, program.company_id, program.program_type,
                          program.currency_id, program.money, program.this_month,
                          program.first_month, month.day
            ), balance AS (
                SELECT total.*,
                       sum(earned - redeemed - expired - revoked + adjusted) OVER so_far AS points,
                       sum(expired) OVER so_far
                       / NULLIF(sum(expired + redeemed) OVER so_far, 0) AS breakage,
                       money * %(rate)s AS worth
                  FROM total
                WINDOW so_far AS (PARTITION BY id ORDER BY month)
            )
            SELECT id::bigint * 100000 + extract(year FROM month)::int * 12
                   + extract(month FROM month)::int AS id,
                   date, id AS program_id, program_type, company_id, %(currency)s AS currency_id,
                   points, points_pending, earned, redeemed, expired, revoked, adjusted,
                   points * worth AS value,
                   points * worth * (1 - COALESCE(breakage, 0)) AS expected_value,
                   expired * worth AS expired_value,
                   100 * expired / NULLIF(expired + redeemed, 0) AS breakage_rate
              FROM balance
            """,
            credits=self._select_credits(),
            debits=self._select_debits(),
            returns=self._select_returns(),
            waiting=self._select_waiting(),
            today=fields.Date.context_today(self),
            currency=self.env.company.currency_id.id,
            rate=get_rate_sql(self.env, SQL("total.currency_id"), SQL("total.date")),
            **self._get_worth_by_program(),
            **self._get_zone_by_company(),
        )

    @api.model
    def _get_worth_by_program(self):
        # sudo: of programs that the user may not see nothing is shown
        every = [("active", "in", (True, False))]
        programs = self.env["loyalty.program"].sudo().search(every)
        return {
            "programs": programs.ids,
            "worths": [program._get_liability_per_point() for program in programs],
        }

    @api.model
    def _get_zone_by_company(self):
        """Months begin at midnight where the company is."""
        # sudo: time zones are no secret
        every = [("active", "in", (True, False))]
        companies = self.env["res.company"].sudo().search(every)
        return {
            "companies": [0, *companies.ids],
            "zones": [company._get_tz().zone for company in (self.env.company.sudo(), *companies)],
        }

    # What the balances are made of: sums by program and month, few rows however many lots

    @api.model
    def _select_credits(self):
        return SQL(
            """
            SELECT lot.program_id, date_trunc('month', lot.available_date)::date AS month,
                   sum(lot.points) FILTER (WHERE lot.kind IN ('earn', 'gift', 'referral'))
                       AS earned,
                   0::numeric AS redeemed, 0::numeric AS expired, 0::numeric AS revoked,
                   sum(lot.points) FILTER (WHERE lot.kind IN ('adjust', 'transfer')) AS adjusted,
                   0::numeric AS waiting
              FROM loyalty_lot lot
             WHERE lot.available_date IS NOT NULL
             GROUP BY 1, 2
            """
        )

    @api.model
    def _select_debits(self):
        return SQL(
            """
            SELECT lot.program_id, %s AS month, 0,
                   sum(use.points) FILTER (WHERE history.kind IN ('earn', 'redeem')),
                   sum(use.points) FILTER (WHERE history.kind = 'expire'),
                   sum(use.points) FILTER (WHERE history.kind = 'revoke'),
                   -sum(use.points) FILTER (
                        WHERE history.kind NOT IN ('earn', 'redeem', 'expire', 'revoke')
                           OR history.kind IS NULL
                   ),
                   0
              %s
             GROUP BY 1, 2
            """,
            self._get_month_sql("history.create_date"),
            self._get_uses_sql(),
        )

    @api.model
    def _select_returns(self):
        """What was given back of a debit, in the month in which that happened."""
        return SQL(
            """
            SELECT lot.program_id, %s AS month, 0,
                   -sum(use.returned) FILTER (WHERE history.kind IN ('earn', 'redeem')),
                   -sum(use.returned) FILTER (WHERE history.kind = 'expire'),
                   -sum(use.returned) FILTER (WHERE history.kind = 'revoke'),
                   sum(use.returned) FILTER (
                        WHERE history.kind NOT IN ('earn', 'redeem', 'expire', 'revoke')
                           OR history.kind IS NULL
                   ),
                   0
              %s
               AND use.returned > 0
             GROUP BY 1, 2
            """,
            self._get_month_sql("use.write_date"),
            self._get_uses_sql(),
        )

    @api.model
    def _select_waiting(self):
        return SQL(
            """
            SELECT lot.program_id, date_trunc('month', %s::date)::date, 0, 0, 0, 0, 0,
                   sum(lot.remaining)
              FROM loyalty_lot lot
             WHERE lot.state = 'pending'
             GROUP BY 1, 2
            """,
            fields.Date.context_today(self),
        )

    @api.model
    def _get_uses_sql(self):
        """What was taken back while it still waited was never outstanding."""
        return SQL(
            """
              FROM loyalty_lot_use use
              JOIN loyalty_lot lot ON lot.id = use.lot_id
              JOIN loyalty_history history ON history.id = use.history_id
              JOIN zone ON zone.company_id = COALESCE(lot.company_id, 0)
             WHERE lot.available_date IS NOT NULL
            """
        )

    @api.model
    def _get_month_sql(self, column):
        """Points that were taken from a waiting lot are missing from the day it counts."""
        return SQL(
            """
            date_trunc('month', GREATEST(
                (%s AT TIME ZONE 'UTC' AT TIME ZONE zone.name)::date, lot.available_date
            ))::date
            """,
            SQL.identifier(*column.split(".")),
        )
