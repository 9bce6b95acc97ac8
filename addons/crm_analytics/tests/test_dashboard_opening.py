from odoo.tests import tagged

from .dashboard_common import DashboardCommon

ALL_LEADS = "sales_team.group_sale_salesman_all_leads"


@tagged("post_install", "-at_install")
class TestDashboardOpening(DashboardCommon):
    """Whose figures a dashboard opens with, and what of an address says otherwise.

    Nora leads North with the sub-team East; her own order is of no team. Nobody leads West.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nora = cls.new_user("opening_nora", ALL_LEADS)
        cls.omar = cls.new_user("opening_omar", ALL_LEADS)
        cls.manager = cls.new_user("opening_manager", "sales_team.group_sale_manager")
        cls.salesman = cls.new_user("opening_salesman", "sales_team.group_sale_salesman")
        cls.north = cls.new_team("North", cls.nora)
        cls.east = cls.new_team("East", cls.omar.browse(), parent_id=cls.north.id)
        cls.west = cls.new_team("West", cls.omar.browse())
        for amount, user, team in (
            (1, cls.nora, cls.west.browse()),
            (10, cls.salesman, cls.north),
            (100, cls.salesman, cls.east),
            (1000, cls.omar, cls.west),
        ):
            cls.create_order("2026-11-03", amount, user_id=user.id, team_id=team.id)

    @classmethod
    def new_team(cls, name, leader, **values):
        values = {"name": name, "company_id": cls.company.id, "user_id": leader.id, **values}
        return cls.env["crm.team"].create(values)

    def lead(self, team, user):
        team.user_id = user
        self.env.flush_all()  # as the end of a request does

    def get_revenue(self, user, dashboard, **filters):
        return self.get_tiles(user=user, dashboard=dashboard, **filters)["revenue"]["value"]

    def test_my_month_opens_with_the_own_figures(self):
        for user, revenue in ((self.nora, 1), (self.omar, 1000), (self.manager, 0)):
            with self.subTest(user=user.login):
                self.assertEqual(self.get_revenue(user, "my_month"), revenue)
                data = self.get_data(user=user, dashboard="my_month")
                self.assertEqual(data["filters"]["user_id"], user.id)

    def test_an_address_says_otherwise(self):
        self.assertEqual(self.get_revenue(self.nora, "my_month", user_id=self.omar.id), 1000)
        self.assertEqual(self.get_revenue(self.nora, "my_month", team_id=self.north.id), 110)
        self.assertEqual(self.get_revenue(self.nora, "my_month", everybody=1), 1111)
        self.assertTrue(
            self.get_data(user=self.nora, dashboard="my_month", everybody=1)["filters"]["everybody"]
        )
        # That opens nobody's records who may not see them.
        self.assertEqual(self.get_revenue(self.salesman, "my_month", everybody=1), 110)

    def test_a_leader_opens_with_the_team_and_its_sub_teams(self):
        self.assertEqual(self.get_revenue(self.nora, "team_leader"), 110)
        data = self.get_data(user=self.nora, dashboard="team_leader")
        self.assertEqual(data["filters"]["team_id"], self.north.id)
        self.assertFalse([item for item in data["items"] if item["error"]])
        self.assertEqual(self.get_revenue(self.nora, "team_leader", everybody=1), 1111)

    def test_who_leads_nothing_or_manages_all_opens_with_all_teams(self):
        self.lead(self.north, self.manager)
        for user in (self.nora, self.omar, self.manager):
            with self.subTest(user=user.login):
                self.assertEqual(self.get_revenue(user, "team_leader"), 1111)

    def test_who_leads_several_teams_opens_with_all_of_them(self):
        self.lead(self.west, self.nora)
        self.assertEqual(self.get_revenue(self.nora, "team_leader"), 1110)
        data = self.get_data(user=self.nora, dashboard="team_leader")
        self.assertEqual(data["filters"]["team_id"], "mine")
        self.assertIn({"id": "mine", "name": "My Teams"}, data["choices"]["team_id"])
        # The same from a link, but not to who has no such teams.
        self.assertEqual(self.get_revenue(self.nora, "my_month", team_id="mine"), 1110)
        omar = self.get_data(user=self.omar, dashboard="my_month", team_id="mine")
        self.assertTrue(omar["filters"]["notice"])

    def test_targets_are_those_of_whom_it_opens_for(self):
        for team, value in ((self.north, 200), (self.west, 3000)):
            self.env["crm.kpi.target"].create(
                {
                    "kpi_id": self.env.ref("crm_analytics.kpi_revenue").id,
                    "scope": "team",
                    "team_id": team.id,
                    "company_id": self.company.id,
                    "date_from": "2026-11-01",
                    "value": value,
                }
            )

        def get_target(user, **filters):
            tiles = self.get_tiles(user=user, dashboard="team_leader", **filters)
            return tiles["revenue"]["target"]

        self.assertEqual(get_target(self.nora), 200)
        self.assertIsNone(get_target(self.nora, everybody=1))
        self.assertEqual(get_target(self.manager), 3200)
        self.lead(self.west, self.nora)
        self.assertEqual(get_target(self.nora), 3200)

    def test_shipped_dashboards_leave_no_gap_and_say_nothing_twice(self):
        self.manager.group_ids += self.env["crm.dashboard"].search([]).group_ids
        for dashboard in self.env["crm.dashboard"].search([("default_layout", "!=", False)]):
            items = self.get_data(user=self.manager, dashboard=dashboard.code)["items"]
            with self.subTest(dashboard=dashboard.code):
                titles = [item["title"] for item in items]
                self.assertEqual(len(titles), len(set(titles)))
                width = 0
                for item in items:
                    width += item["width"]
                    self.assertLessEqual(width, 12, item["title"])
                    width %= 12
                self.assertFalse(width)
