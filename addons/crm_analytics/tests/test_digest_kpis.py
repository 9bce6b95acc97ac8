from datetime import datetime

from odoo.tests import tagged

from .kpi_common import KpiCommon


@tagged("post_install", "-at_install")
class TestDigestKpis(KpiCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.digest = cls.env["digest.digest"].create(
            {
                "name": "Test Digest",
                "company_id": cls.company.id,
                "kpi_my_revenue": True,
                "kpi_complaints_open": True,
                "kpi_res_users_connected": False,
                "kpi_mail_message_total": False,
            }
        )

    def get_columns(self, user, name):
        kpis = self.digest._compute_kpis(self.company, user)
        found = [kpi for kpi in kpis if kpi["kpi_name"] == name]
        return [found[0][f"kpi_col{number}"]["value"] for number in (1, 2, 3)] if found else None

    def test_revenue_is_that_of_the_reader(self):
        self.new_order(self.anna, 100, "2026-11-17", self.north)
        self.new_order(self.anna, 40, "2026-11-02", self.north)
        self.new_order(self.bert, 7, "2026-11-17", self.east)
        self.env.flush_all()
        for user, amounts in ((self.anna, (100, 100, 140)), (self.bert, (7, 7, 7))):
            columns = self.get_columns(user, "kpi_my_revenue")
            for text, amount in zip(columns, amounts, strict=True):
                self.assertIn(f"{amount:.0f}", str(text))

    def test_who_may_not_know_is_left_out(self):
        reader = self.new_user("kpi_nobody", "base.group_user")
        self.assertIsNone(self.get_columns(reader, "kpi_my_revenue"))
        self.env["crm.kpi"].search([("code", "=", "revenue")]).active = False
        self.assertIsNone(self.get_columns(self.anna, "kpi_my_revenue"))

    def test_without_a_period_there_is_a_figure_all_the_same(self):
        digest = self.digest.with_user(self.anna).with_context(
            start_datetime=datetime(2026, 11, 1), end_datetime=datetime(2026, 11, 18)
        )
        self.assertEqual(digest.kpi_my_revenue_value, 0)

    def test_the_email_is_rendered(self):
        self.digest.user_ids = self.anna
        self.digest._action_send_to_user(self.anna)
        mail = self.env["mail.mail"].search([("subject", "like", "Test Digest")], limit=1)
        self.assertIn("My Revenue", mail.body_html)
