from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import SQL

from .expiry_common import ExpiryCommon


@tagged("post_install", "-at_install")
@freeze_time("2027-03-10 12:00:00")
class TestLoyaltyReports(ExpiryCommon):
    """The figures of points: what is outstanding, and what came and went."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Liability = cls.env["loyalty.liability.report"].with_user(cls.manager)
        cls.Points = cls.env["loyalty.points.report"].with_user(cls.manager)
        # What the day in the history says is the database's business, not freeze_time's.
        cls.other_card = cls._create_card(cls.bob)

    def _happen(self, day, cards, **movement):
        """Post points as if it were another day."""
        with freeze_time(f"{day} 12:00:00"):
            lines = self._post(cards, **movement)
        self.env.flush_all()
        self.env.cr.execute(
            SQL("UPDATE loyalty_history SET create_date = %s WHERE id = ANY(%s)", day, lines.ids)
        )
        self.env.invalidate_all()
        return lines

    def _live(self):
        """Three months in the life of two cards."""
        self._happen("2027-01-15", self.card, kind="earn", issued=100, expiration_date=False)
        self._happen(
            "2027-01-20", self.other_card, kind="gift", issued=50, expiration_date=date(2027, 3, 9)
        )
        self._happen("2027-02-10", self.card, kind="redeem", used=30)
        self._happen("2027-03-05", self.card, kind="earn", issued=20, expiration_date=False)
        self._happen("2027-03-05", self.card, kind="earn", issued=7, pending=True)
        self._happen("2027-03-06", self.card, kind="revoke", used=5)
        with freeze_time("2027-03-10 12:00:00"):
            self._expire()
        expired = self.other_card.history_ids.filtered(lambda line: line.kind == "expire")
        self.env.cr.execute(
            SQL("UPDATE loyalty_history SET create_date = '2027-03-10' WHERE id = %s", expired.id)
        )
        self.env.invalidate_all()

    def _read_months(self, *names):
        self.env.flush_all()
        rows = self.Liability.search([("program_id", "=", self.program.id)], order="date")
        return [(row.date.month, *(row[name] for name in names)) for row in rows]

    def test_outstanding_at_the_end_of_each_month(self):
        self._live()
        months = self._read_months("earned", "redeemed", "expired", "revoked", "points")
        self.assertEqual(
            months,
            [(1, 150, 0, 0, 0, 150), (2, 0, 30, 0, 0, 120), (3, 20, 0, 50, 5, 85)],
        )
        self.assertEqual(months[-1][-1], self.card.points + self.other_card.points)
        self.assertEqual(self._read_months("points_pending")[-1], (3, 7))

    def test_the_present_month_ends_today(self):
        self._live()
        rows = self.Liability.search([("program_id", "=", self.program.id)], order="date")
        self.assertEqual(rows.mapped("date")[-2:], [date(2027, 2, 28), date(2027, 3, 10)])

    def test_months_do_not_add_up(self):
        self._live()
        domain = [("program_id", "=", self.program.id)]
        [(points, earned, share)] = self.Liability._read_group(
            domain, [], ["points:sum", "earned:sum", "breakage_rate:avg"]
        )
        self.assertEqual((points, earned), (85, 170))
        self.assertAlmostEqual(share, 100 * 50 / 80)
        by_month = self.Liability._read_group(domain, ["date:month"], ["points:sum"])
        self.assertEqual([points for _month, points in by_month], [150, 120, 85])

    def test_programs_add_up(self):
        self._live()
        club = self._create_card(self.ada, self._create_program("Club"))
        self._happen("2027-02-01", club, kind="earn", issued=1000, expiration_date=False)
        [(points,)] = self.Liability._read_group(
            [("program_id", "in", (self.program | club.program_id).ids)], [], ["points:sum"]
        )
        self.assertEqual(points, 1085)

    def test_what_points_are_worth(self):
        self._live()
        self.program.reward_ids.write(
            {"reward_type": "discount", "discount_mode": "per_point", "discount": 0.1}
        )
        self.assertEqual(
            [
                (month, round(value, 2), round(expected, 2), round(breakage, 2))
                for month, value, expected, breakage in self._read_months(
                    "value", "expected_value", "expired_value"
                )
            ],
            [(1, 15, 15, 0), (2, 12, 12, 0), (3, 8.5, 3.19, 5)],
        )

    def test_the_best_reward_tells_the_worth(self):
        reward = self.program.reward_ids
        reward.write(
            {
                "reward_type": "discount",
                "discount_mode": "per_order",
                "discount": 5,
                "required_points": 200,
            }
        )
        self.assertEqual(self.program._get_liability_per_point(), 0.025)
        product = self.env["product.product"].create({"name": "Mug", "list_price": 12})
        reward.copy(
            {
                "reward_type": "product",
                "reward_product_id": product.id,
                "reward_product_qty": 1,
                "required_points": 300,
            }
        )
        self.assertEqual(self.program._get_liability_per_point(), 0.04)
        self.program.reward_ids.write(
            {"reward_type": "discount", "discount_mode": "percent", "discount": 10}
        )
        self.assertEqual(self.program._get_liability_per_point(), 0)

    def test_worth_in_the_currency_of_the_company(self):
        currency = self._enable_other_currency()
        self.env["res.currency.rate"].create(
            {"name": "2026-01-01", "currency_id": currency.id, "rate": 100}
        )
        program = self._create_program("Abroad", currency_id=currency.id)
        program.reward_ids.write(
            {"reward_type": "discount", "discount_mode": "per_point", "discount": 200}
        )
        self._happen("2027-03-01", self._create_card(self.ada, program), kind="earn", issued=10)
        row = self.Liability.search([("program_id", "=", program.id)])
        self.assertEqual((row.value, row.currency_id), (20, self.env.company.currency_id))

    def _enable_other_currency(self):
        currencies = self.env["res.currency"].with_context(active_test=False)
        currency = currencies.search(
            [("id", "!=", self.env.company.currency_id.id), ("rate_ids", "=", False)], limit=1
        )
        currency.active = True
        return currency

    def test_what_came_and_went(self):
        self._live()
        measures = ("earned", "redeemed", "expired", "revoked", "points")
        groups = self.Points._read_group(
            [("program_id", "=", self.program.id)],
            ["date:month"],
            [f"{name}:sum" for name in measures],
        )
        self.assertEqual(
            [(month.month, *values) for month, *values in groups],
            [(1, 150, 0, 0, 0, 150), (2, 0, 30, 0, 0, -30), (3, 27, 0, 50, 5, -28)],
        )
        kinds = self.Points._read_group(
            [("program_id", "=", self.program.id)], ["kind"], ["__count"]
        )
        self.assertEqual(dict(kinds), {"earn": 3, "gift": 1, "redeem": 1, "revoke": 1, "expire": 1})

    def test_a_row_opens_its_card(self):
        self._happen("2027-03-01", self.card, kind="earn", issued=10)
        row = self.Points.search([("card_id", "=", self.card.id)])
        self.assertEqual(row.action_open_card()["res_id"], self.card.id)

    def test_who_reads_the_figures(self):
        self._happen("2027-03-01", self.card, kind="earn", issued=10)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "figures-stranger",
            groups="sales_team.group_sale_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        portal = new_test_user(self.env, "figures-portal", groups="base.group_portal")
        for report in (self.Liability, self.Points):
            domain = [("program_id", "=", self.program.id)]
            self.assertTrue(report.search_count(domain))
            self.assertFalse(report.with_user(stranger).search_count(domain))
            for user in (self.salesperson, portal):
                with self.assertRaises(AccessError):
                    report.with_user(user).search_count(domain)
