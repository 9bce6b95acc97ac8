from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .contract_common import ContractCommon


@tagged("post_install", "-at_install")
class TestContractTimeline(ContractCommon):
    """Start, terms, notice date, end and raised alerts of a contract stand in one place."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._new_contract(date_end=cls._day(100), notice_days=30)
        cls.term = cls._new_term(cls.contract, user_id=cls.colleague.id)

    def _rows(self, contract=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return (contract or self.contract).timeline_ids

    def test_every_date_in_order(self):
        rows = self._rows()
        self.assertEqual(rows.mapped("kind"), ["start", "term", "notice", "end"])
        self.assertEqual(
            rows.mapped("date"),
            [self.contract.date_start, self._day(30), self._day(70), self._day(100)],
        )
        self.assertEqual(rows.mapped("is_open"), [False, True, True, True])
        self.assertEqual(rows[1].user_id, self.colleague)
        self.assertEqual(rows[2].user_id, self.user)
        self.assertIn("Report", rows[1].display_name)
        self.assertIn("Notice Date", rows[2].display_name)

    def test_follows_changes(self):
        first = self._rows()
        self.contract.write({"date_end": False, "notice_days": 0})
        self.term.action_met()
        rows = self._rows()
        self.assertEqual(rows.mapped("kind"), ["start", "term"])
        self.assertEqual(rows, first[:2], "a row keeps its id")
        self.assertFalse(rows[1].is_open)

    def test_raised_alerts(self):
        self._run_nightly()
        alerts = self._rows().filtered(lambda row: row.kind == "alert")
        self.assertEqual(alerts.alert_id, self.contract.alert_ids)
        self.assertTrue(alerts)

    def test_opens_the_contract(self):
        action = self._rows()[1].action_open()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("crm.contract", self.contract.id)
        )

    def test_rights(self):
        rows = self._rows()
        Timeline = self.env["crm.contract.timeline"]
        self.contract.team_id = self.env["crm.team"].create({"name": "North"})
        outsider = self._new_user("contract_outsider")
        domain = [("contract_id", "=", self.contract.id)]
        self.assertEqual(Timeline.with_user(self.user).search(domain), rows)
        self.assertFalse(Timeline.with_user(outsider).search(domain))
        portal = new_test_user(self.env, "contract_portal", groups="base.group_portal")
        with self.assertRaises(AccessError):
            Timeline.with_user(portal).search(domain)
