"""Which alerts there are: of terms, notice and end dates, in time, late, or long past."""

from odoo.tests import freeze_time
from odoo.tests.common import tagged
from odoo.tools import mute_logger

from .contract_common import ContractCommon


@tagged("post_install", "-at_install")
class TestContractAlertDates(ContractCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.email = "manager@example.com"

    def _get_states(self, alerts):
        return {alert.days_before: alert.state for alert in alerts}

    def _of(self, contract, subject):
        return contract.alert_ids.filtered(lambda alert: alert.subject == subject)

    # ---------------------------------------------------------------------------------------------
    # Notice and end
    # ---------------------------------------------------------------------------------------------
    def test_notice_date_and_end_have_ladders_of_their_own(self):
        contract = self._new_contract(
            date_end=self._day(37), notice_days=30, alert_days_notice="14,7", alert_days_end="60,10"
        )
        self.assertEqual(contract.next_alert_date, self._day(-23))
        self._run_nightly()
        notice, end = self._of(contract, "notice"), self._of(contract, "end")
        self.assertEqual(self._get_states(notice), {14: "superseded", 7: "raised"})
        self.assertEqual(self._get_states(end), {60: "raised"})
        self.assertEqual(notice.mapped("due_date")[0], contract.notice_date)
        self.assertEqual(contract.next_alert_date, self._day(27))
        self.assertEqual(
            sorted(self._get_activities(contract).mapped("summary")),
            [
                f"Contract {contract.display_name}: end of the contract in 37 days",
                f"Contract {contract.display_name}: last day to give notice in 7 days",
            ],
        )

    def test_notice_given_ends_the_notice_alerts(self):
        contract = self._new_contract(
            date_end=self._day(37), notice_days=30, alert_days_notice="7,1", alert_days_end=""
        )
        self._run_nightly()
        contract.action_give_notice()
        self.assertEqual(contract.alert_ids.mapped("state"), ["closed"])
        self.assertFalse(self._get_activities(contract))
        with freeze_time(self._day(6)):
            self._run_nightly()
        self.assertEqual(len(contract.alert_ids), 1)

    def test_contract_without_notice_period_or_end_has_no_such_alerts(self):
        without_notice = self._new_contract(date_end=self._day(5), alert_days_end="")
        open_ended = self._new_contract(date_end=False)
        self._run_nightly()
        self.assertFalse(without_notice.alert_ids | open_ended.alert_ids)
        self.assertFalse(open_ended.next_alert_date)

    def test_another_end_has_alerts_of_its_own(self):
        contract = self._new_contract(date_end=self._day(5), alert_days_end="7")
        self._run_nightly()
        contract.date_end = self._day(40)
        self.assertEqual(contract.alert_ids.state, "closed")
        self.assertFalse(self._get_activities(contract))
        self.assertEqual(contract.next_alert_date, self._day(33))
        contract.date_end = self._day(5)
        self._run_nightly()
        self.assertEqual(len(contract.alert_ids), 1, "of that date was told already")

    def test_ladders_come_from_the_contract_type(self):
        contract_type = self.env["crm.contract.type"].create(
            {
                "name": "Rental",
                "alert_days_term": "5",
                "alert_days_notice": "20",
                "alert_days_end": "30;10",
                "repeat_days_after": 3,
            }
        )
        contract = self._new_contract(type_id=contract_type.id)
        term = self._new_term(contract)
        self.assertEqual(contract_type.alert_days_end, "30,10")
        self.assertEqual((contract.alert_days_notice, contract.alert_days_end), ("20", "30,10"))
        self.assertEqual((term.alert_days, term.repeat_days_after), ("5", 3))
        own = self._new_term(contract, alert_days="1", repeat_days_after=0)
        self.assertEqual((own.alert_days, own.repeat_days_after), ("1", 0))
        without = self._new_contract()
        self.assertEqual(without.alert_days_end, "60,30,7,0")

    # ---------------------------------------------------------------------------------------------
    # Late, superseded, long past
    # ---------------------------------------------------------------------------------------------
    def test_alert_comes_again_after_the_due_date(self):
        term = self._new_term(due_date=self._day(-1), alert_days="", repeat_days_after=2)
        for day in range(7):
            with freeze_time(self._day(day)):
                self._run_nightly()
        self.assertEqual(term.state, "breached")
        self.assertEqual(
            self._get_states(term.alert_ids), {-2: "closed", -4: "closed", -6: "raised"}
        )
        self.assertEqual(term.next_alert_date, self._day(7))
        self.assertEqual(len(self._get_activities(term.contract_id)), 1)
        self.assertFalse(any(term.alert_ids.mapped("is_late")))

    def test_after_three_days_without_a_server_each_missed_alert_comes_once(self):
        term = self._new_term(due_date=self._day(3), alert_days="3,2,1,0", repeat_days_after=1)
        single = self._new_term(due_date=self._day(3), alert_days="2")
        contract = self._new_contract(date_end=self._day(2), alert_days_end="2,0")
        self._run_nightly()
        self.assertEqual(self._get_states(term.alert_ids), {3: "raised"})
        with freeze_time(self._day(4)):
            for _night in range(2):
                self._run_nightly()
        self.assertEqual(
            self._get_states(term.alert_ids),
            {3: "closed", 2: "superseded", 1: "superseded", 0: "superseded", -1: "raised"},
        )
        late = {alert.days_before: alert.is_late for alert in term.alert_ids}
        self.assertEqual(late, {3: False, 2: True, 1: True, 0: True, -1: False})
        self.assertEqual((single.alert_ids.state, single.alert_ids.is_late), ("raised", True))
        self.assertEqual(contract.state, "expired")
        self.assertEqual(self._get_states(contract.alert_ids), {2: "closed", 0: "raised"})
        self.assertTrue(contract.alert_ids.filtered(lambda alert: not alert.days_before).is_late)

    def test_first_run_on_an_old_database_raises_a_summary(self):
        terms = [self._new_term(due_date=self._day(-200 - day)) for day in range(5)]
        ended = self._new_contract(date_start=self._day(-900), date_end=self._day(-400))
        recent = self._new_term(due_date=self._day(-20))
        for _night in range(2):
            self._run_nightly()
        for term in terms:
            self.assertEqual(
                self._get_states(term.alert_ids),
                {60: "superseded", 30: "superseded", 7: "superseded", 1: "summarized"},
            )
            self.assertFalse(self._get_activities(term.contract_id))
            self.assertEqual(term.state, "breached")
        self.assertEqual(ended.state, "expired")
        self.assertEqual(self._of(ended, "end").sorted("days_before")[0].state, "summarized")
        self.assertEqual(recent.alert_ids.sorted("days_before")[0].state, "raised")
        mails = self._get_mails(self.manager)
        self.assertEqual(len(mails), 1)
        self.assertIn("needs a manager's eye", mails.subject)
        self.assertRegex(mails.body_html, r"(?s)6</strong> due dates of <strong>6</strong>")
        self.assertEqual(len(self._get_mails(self.user)), 1, "the digest with the recent one")

    def test_summary_without_a_manager_is_logged(self):
        (self.manager | self.company._get_contract_managers()).email = False
        term = self._new_term(due_date=self._day(-200))
        logger = "odoo.addons.crm_extended.models.crm_contract_alert_digest"
        with self.assertLogs(logger, "WARNING"):
            self._run_nightly()
        self.assertFalse(any(term.alert_ids.mapped("to_report")))

    # ---------------------------------------------------------------------------------------------
    # What the nightly action looks at
    # ---------------------------------------------------------------------------------------------
    def test_only_what_is_watched_has_a_next_alert_date(self):
        contract = self._new_contract(state="draft")
        term = self._new_term(contract)
        self.assertFalse(term.next_alert_date)
        contract.action_start()
        self.assertEqual(term.next_alert_date, self._day(-30))
        term._waive("Agreed by phone")
        self.assertFalse(term.next_alert_date)
        term.action_reopen()
        self.assertEqual(term.next_alert_date, self._day(-30))
        contract.action_terminate()
        self.assertFalse(term.next_alert_date)
        self.assertFalse(contract.next_alert_date)

    def test_queries_of_an_idle_night_do_not_grow(self):
        def count_queries(number):
            for _number in range(number):
                self._new_term(due_date=self._day(200), alert_days="7")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._run_nightly()
            return self.env.cr.sql_log_count - before

        count_queries(1)
        few = count_queries(1)
        self.assertLessEqual(count_queries(30), few)
        self.assertLess(few, 100)

    def test_ladder_broken_by_an_import_stops_nothing_else(self):
        contracts = [self._new_contract(date_end=self._day(3)) for _number in range(3)]
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_contract SET alert_days_end = '30,,x' WHERE id = %s", [contracts[1].id]
        )
        self.env.invalidate_all()
        with mute_logger("odoo.addons.crm_extended.models.crm_contract_alert"):
            for _night in range(2):
                self._run_nightly()
        self.assertEqual(contracts[1].alert_ids.mapped("state"), ["failed"])
        self.assertIn("“30,,x” have to be numbers of days", contracts[1].alert_ids.error)
        self.assertTrue(all(contracts[n].alert_ids for n in (0, 2)))
        mails = self._get_mails(self.manager)
        self.assertEqual(len(mails), 1, "reported once")
        self.assertIn("“30,,x”", mails.body_html)
        with freeze_time(self._day(4)):
            self._run_nightly()
        self.assertEqual(contracts[1].state, "expired", "it ends all the same")

    def test_term_that_cannot_be_evaluated_is_reported(self):
        terms = [self._new_term(due_date=self._day(-2), alert_days="") for _number in range(3)]
        evaluate = type(terms[0])._evaluate

        def fail_one(batch):
            if terms[1] in batch:
                raise ZeroDivisionError("no rate")
            return evaluate(batch)

        self.patch(self.env.registry["crm.contract.term"], "_evaluate", fail_one)
        with (
            self.assertLogs("odoo.addons.crm_extended.tools.batches", "WARNING"),
            mute_logger("odoo.addons.crm_extended.models.crm_contract_alert"),
        ):
            for _night in range(2):
                self._run_nightly()
        self.assertEqual([term.state for term in terms], ["breached", "pending", "breached"])
        self.assertEqual(terms[1].alert_ids.mapped("error"), ["no rate"])
        self.assertEqual(len(self._get_mails(self.manager)), 1)
