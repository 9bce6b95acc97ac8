from datetime import timedelta
from unittest.mock import patch

from odoo.tests import freeze_time
from odoo.tests.common import tagged
from odoo.tools import SQL, mute_logger

from .contract_common import ContractCommon

BATCHES_LOGGER = "odoo.addons.crm_extended.tools.batches"
RECORD_LOGGER = "odoo.addons.crm_extended.models.crm_contract_alert"
ALERT_LOGGER = "odoo.addons.crm_extended.models.crm_contract_alert_channels"


@tagged("post_install", "-at_install")
class TestContractAlerts(ContractCommon):
    def test_steps_that_have_come_are_raised_once(self):
        term = self._new_term(due_date=self._day(30), user_id=self.colleague.id)
        self._run_nightly()
        self.assertEqual(self._get_steps(term), [60, 30])
        self.assertEqual(term.next_alert_date, self._day(23))
        activity = self._get_activities(term.contract_id)
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.colleague)
        self.assertEqual(activity.date_deadline, term.due_date)
        self.assertEqual(
            activity.summary,
            f"Contract {term.contract_id.display_name}: Report is due in 30 days",
        )
        closest = term.alert_ids.filtered("activity_id")
        self.assertEqual((closest.days_before, closest.activity_id), (30, activity))
        self._run_nightly()
        self.assertEqual(self._get_steps(term), [60, 30])
        self.assertEqual(self._get_activities(term.contract_id), activity)

    def test_next_step_brings_the_open_activity_up_to_date(self):
        term = self._new_term(due_date=self._day(30))
        self._run_nightly()
        activity = self._get_activities(term.contract_id)
        with freeze_time(self._day(23)):
            self._run_nightly()
        self.assertEqual(self._get_steps(term), [60, 30, 7])
        self.assertEqual(self._get_activities(term.contract_id), activity)
        self.assertIn("in 7 days", activity.summary)
        states = {alert.days_before: alert.state for alert in term.alert_ids}
        self.assertEqual(states, {60: "superseded", 30: "closed", 7: "raised"})

    def test_after_a_downtime_all_steps_are_recorded_and_one_is_told(self):
        term = self._new_term(due_date=self._day(90))
        self._run_nightly()
        self.assertFalse(term.alert_ids)
        with freeze_time(self._day(85)):
            self._run_nightly()
            self.assertEqual(self._get_steps(term), [60, 30, 7])
            self.assertIn("in 5 days", self._get_activities(term.contract_id).summary)

    def test_contract_entered_late(self):
        contract = self._new_contract(state="draft")
        term = self._new_term(contract, due_date=self._day(-4))
        self._run_nightly()
        self.assertFalse(term.alert_ids, "a draft is not watched")
        contract.action_start()
        self._run_nightly()
        self.assertEqual(self._get_steps(term), [60, 30, 7, 1])
        self.assertEqual(term.state, "breached")
        self.assertIn("was due 4 days ago", self._get_activities(contract).summary)

    def test_breach_is_noted_once(self):
        term = self._new_term(due_date=self._day(-1), alert_days="")
        for _night in range(2):
            self._run_nightly()
        self.assertEqual(term.state, "breached")
        notes = term.contract_id.message_ids.filtered(lambda message: "breached" in message.body)
        self.assertEqual(len(notes), 1)

    def test_due_today_is_not_breached(self):
        term = self._new_term(due_date=self.today, alert_days="0")
        self._run_nightly()
        self.assertEqual((term.state, self._get_steps(term)), ("pending", [0]))
        self.assertIn("today", self._get_activities(term.contract_id).summary)

    def test_only_pending_terms_of_running_contracts(self):
        met = self._new_term(state="met")
        waived = self._new_term(state="waived")
        unwatched = [
            self._new_term(self._new_contract(state=state))
            for state in ("draft", "expired", "renewed", "terminated")
        ]
        notice = self._new_term(self._new_contract(state="notice"))
        undated = self._new_term(due_date=False)
        self._run_nightly()
        for term in [met, waived, undated, *unwatched]:
            self.assertFalse(term.alert_ids)
        self.assertTrue(notice.alert_ids)

    def test_another_due_date_has_a_ladder_of_its_own(self):
        term = self._new_term(due_date=self._day(7))
        contract = term.contract_id
        self._run_nightly()
        self.assertEqual(len(term.alert_ids), 3)
        term.due_date = self._day(30)
        self.assertFalse(self._get_activities(contract), "what was planned is out of date")
        self._run_nightly()
        moved = term.alert_ids.filtered(lambda alert: alert.due_date == self._day(30))
        self.assertEqual(sorted(moved.mapped("days_before")), [30, 60])
        self.assertEqual(len(self._get_activities(contract)), 1)
        term.due_date = self._day(7)
        self._run_nightly()
        self.assertEqual(len(term.alert_ids), 5, "the first date has been told already")

    def test_met_and_waived_terms_leave_nothing_to_do(self):
        contract = self._new_contract()
        met = self._new_term(contract)
        waived = self._new_term(contract)
        self._run_nightly()
        self.assertEqual(len(self._get_activities(contract)), 2)
        met.action_met()
        waived._waive("Agreed by phone")
        self.assertFalse(self._get_activities(contract))

    def test_terminated_contract_leaves_nothing_to_do(self):
        term = self._new_term()
        self._run_nightly()
        term.contract_id.action_terminate()
        self.assertFalse(self._get_activities(term.contract_id))
        self.assertTrue(term.alert_ids, "what was raised stays as history")

    def test_day_begins_where_the_company_is(self):
        east = self.env["res.company"].create({"name": "Ulaanbaatar"})
        east.partner_id.tz = "Asia/Ulaanbaatar"
        east_user = self._new_user("contract_east", company=east)
        with freeze_time("2031-03-10 15:59:00"):
            terms = [
                self._new_term(
                    self._new_contract(
                        company_id=company.id,
                        user_id=user.id,
                        date_start="2031-01-01",
                        date_end="2031-12-31",
                    ),
                    due_date="2031-03-12",
                    alert_days="1",
                )
                for company, user in ((self.company, self.user), (east, east_user))
            ]
            self._run_nightly()
            self.assertEqual([len(term.alert_ids) for term in terms], [0, 0])
        with freeze_time("2031-03-10 16:00:00"):
            self._run_nightly()
            self.assertEqual([len(term.alert_ids) for term in terms], [0, 1])
            self.assertIn("tomorrow", self._get_activities(terms[1].contract_id).summary)
        with freeze_time("2031-03-11 00:00:00"):
            self._run_nightly()
            self.assertEqual([len(term.alert_ids) for term in terms], [1, 1])

    def test_company_with_an_unknown_time_zone_stops_nobody(self):
        far = self.env["res.company"].create({"name": "Far"})
        self.env.flush_all()
        self.cr.execute(
            SQL("UPDATE res_partner SET tz = 'Mars/Phobos' WHERE id = %s", far.partner_id.id)
        )
        self.env.invalidate_all()
        term = self._new_term()
        with self.assertLogs("odoo.addons.crm_extended.models.res_company", "WARNING") as logs:
            self._run_nightly()
        self.assertIn("Mars/Phobos", logs.output[0])
        self.assertTrue(term.alert_ids)

    def test_who_was_told_can_be_deleted(self):
        term, acknowledged = self._new_term(), self._new_term()
        self._run_nightly()
        alerts = (term | acknowledged).alert_ids
        acknowledged.alert_ids.with_user(self.user).action_acknowledge()
        self.env.flush_all()
        self.user.unlink()
        self.env.invalidate_all()
        self.assertFalse(alerts.user_id or alerts.activity_id or alerts.acknowledged_by_id)
        raised = alerts.filtered(lambda alert: alert.state == "raised")
        self.assertIn("acknowledged", (alerts - raised).mapped("state"))
        self.assertEqual(raised.mapped("error"), ["The user who was told has been deleted."])
        self.assertTrue(all(raised.mapped("to_report")), "the administrators are told")

    def test_somebody_else_is_told_when_the_responsible_has_left(self):
        leader = self._new_user("contract_leader", "sales_team.group_sale_salesman")
        self.env["crm.team"].create(
            {
                "name": "Contract Team",
                "user_id": leader.id,
                "company_id": self.company.id,
                "member_ids": [(6, 0, self.user.ids)],
            }
        )
        term = self._new_term(user_id=self.colleague.id)
        second = self._new_term(user_id=self.colleague.id)
        second.contract_id.user_id = self.user
        third = self._new_term(self._new_contract(user_id=False), user_id=False)
        self.colleague.active = False
        self._run_nightly_expecting_nobody(third)
        self.assertEqual(self._get_activities(term.contract_id).user_id, self.user)
        self.assertEqual(self._get_steps(third), [60, 30], "recorded all the same")
        self.assertFalse(self._get_activities(third.contract_id))
        self.user.active = False
        fourth = self._new_term()
        self._run_nightly()
        self.assertEqual(self._get_activities(fourth.contract_id).user_id, leader)

    def _run_nightly_expecting_nobody(self, term):
        with self.assertLogs(ALERT_LOGGER, "WARNING") as logs:
            self._run_nightly()
        self.assertIn(f"term {term.id}:", "".join(logs.output))

    def test_bad_record_is_skipped_and_named(self):
        terms = [self._new_term() for _number in range(5)]
        bad = terms[2]
        self.env.cr.execute(
            SQL("UPDATE crm_contract_term SET alert_days = 'soon' WHERE id = %s", bad.id)
        )
        bad.invalidate_recordset()
        with self.assertLogs(RECORD_LOGGER, "WARNING") as logs:
            self._run_nightly()
        self.assertEqual(len(logs.output), 1)
        self.assertIn(f"crm.contract.term {bad.id} cannot be watched", logs.output[0])
        self.assertEqual([len(term.alert_ids) for term in terms], [2, 2, 1, 2, 2])
        self.assertEqual(bad.alert_ids.state, "failed")
        self.assertIn("“soon” have to be numbers of days", bad.alert_ids.error)
        self._run_nightly()
        self.assertEqual(len(bad.alert_ids), 1, "reported once")
        bad.alert_days = "60,30"
        self._run_nightly()
        self.assertEqual(self._get_steps(bad), [60, 30, 0])

    def test_batches_go_on_where_the_last_one_ended(self):
        terms = [self._new_term() for _number in range(7)]
        self._run_nightly(batch_size=3)
        self.assertEqual([len(term.alert_ids) for term in terms], [2] * 7)

    def test_out_of_time_the_action_is_called_again(self):
        """What the scheduler sees of a run that had time for one batch only."""
        terms = [self._new_term() for _number in range(6)]
        seen = []

        def commit_progress(cron, processed=0, *, remaining=None, deactivate=False):
            seen.append((processed, remaining))
            return 0 if processed else 60

        with patch.object(self.env.registry["ir.cron"], "_commit_progress", commit_progress):
            self._run_nightly(batch_size=3)
            self.assertEqual(seen[-1], (3, 3))
            self.assertEqual(sum(bool(term.alert_ids) for term in terms), 3)
            self._run_nightly(batch_size=3)
            self.assertEqual(seen[-1], (3, 1), "never 0 before it has seen that nothing is left")
            self._run_nightly(batch_size=3)
            self.assertEqual(seen[-1], (1, 1), "the digest of the one who is told")
            self._run_nightly(batch_size=3)
        self.assertEqual(seen[-1], (0, 0))
        self.assertEqual([len(term.alert_ids) for term in terms], [2] * 6)

    def test_scheduled_action_runs(self):
        term = self._new_term()
        cron = self.env.ref("crm_extended.ir_cron_crm_contract_alerts")
        with self.enter_registry_test_mode(), mute_logger("odoo.addons.base.models.ir_cron"):
            cron.method_direct_trigger()
        self.assertEqual(cron.failure_count, 0)
        self.assertEqual(self._get_steps(term), [60, 30])

    def test_queries_do_not_grow_with_the_terms(self):
        def count_queries(number):
            contracts = [self._new_contract() for _number in range(number)]
            # Half of them late: alerts, activities and breaches in the same batch.
            for index, contract in enumerate(contracts):
                self._new_term(contract, due_date=self._day(30 if index % 2 == 0 else -2))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._run_nightly()
            return self.env.cr.sql_log_count - before

        count_queries(2)
        few = count_queries(2)
        many = count_queries(50)
        self.assertLessEqual(many, few + 2, "a flush of many rows may be cut in pieces")

    def test_queries_of_an_update_do_not_grow_with_the_terms(self):
        def count_queries(number):
            for _number in range(number):
                self._new_term(due_date=self._day(30))
            self._run_nightly()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            with freeze_time(self._day(23)):
                self._run_nightly()
            return self.env.cr.sql_log_count - before

        few = count_queries(1)
        self.env["crm.contract.term"].search([])._waive("Agreed by phone")
        many = count_queries(50)
        self.assertLessEqual(many, few + 2)


@tagged("post_install", "-at_install")
class TestContractEnds(ContractCommon):
    def test_contract_past_its_end_expires(self):
        contracts = {
            (state, renewal): self._new_contract(
                state=state, renewal=renewal, renewal_months=12, date_end=self._day(-1)
            )
            for state in ("running", "notice")
            for renewal in ("none", "manual")
        }
        ends_today = self._new_contract(date_end=self.today)
        open_ended = self._new_contract(date_end=False)
        self._run_nightly()
        for contract in contracts.values():
            self.assertEqual(contract.state, "expired")
            self.assertEqual(
                len(contract.message_ids.filtered(lambda m: "has expired" in m.body)), 1
            )
        self.assertEqual(ends_today.state, "running")
        self.assertEqual(open_ended.state, "running")

    def test_term_due_on_the_last_day_is_breached(self):
        contract = self._new_contract(date_end=self._day(-1))
        missed, met = (
            self._new_term(contract, name=name, due_date=self._day(-1)) for name in ("One", "Two")
        )
        met.action_met()
        self._run_nightly()
        self.assertEqual(contract.state, "expired")
        self.assertEqual((missed.state, met.state), ("breached", "met"))

    def test_notice_stops_a_tacit_renewal(self):
        contract = self._new_contract(
            state="notice", renewal="automatic", renewal_months=12, date_end=self._day(-1)
        )
        self._run_nightly()
        self.assertEqual((contract.state, contract.date_end), ("expired", self._day(-1)))

    def test_tacit_renewal_moves_the_end_and_the_alerts_follow(self):
        with freeze_time("2027-03-01 12:00:00"):
            contract = self._new_contract(
                date_start="2026-03-01",
                date_end="2027-02-28",
                notice_days=30,
                renewal="automatic",
                renewal_months=12,
            )
            notice = self._new_term(contract, name="Notice", due_on="notice", due_date=False)
            notice.state = "met"
            self._run_nightly()
            self.assertEqual(str(contract.date_end), "2028-02-29")
            self.assertEqual(contract.state, "running")
            self.assertEqual(str(contract.notice_date), "2028-01-30")
            self.assertEqual(str(notice.due_date), "2028-01-30")
            self.assertEqual(notice.state, "pending", "a new period asks again")
            self.assertFalse(notice.alert_ids)
            renewed = contract.message_ids.filtered(lambda m: "02/29/2028" in m.body)
            self.assertEqual(len(renewed), 1)
        with freeze_time("2027-12-31 12:00:00"):
            self._run_nightly()
            self.assertEqual(self._get_steps(notice), [60, 30])

    def test_several_missed_periods_are_caught_up(self):
        contract = self._new_contract(
            date_start="2020-01-01", date_end="2020-12-31", renewal="automatic", renewal_months=12
        )
        with freeze_time("2024-06-01"):
            self._run_nightly()
        self.assertEqual(str(contract.date_end), "2024-12-31")

    def test_what_was_missed_of_an_expired_contract_is_told(self):
        contract = self._new_contract(date_end=self._day(-1))
        term = self._new_term(contract, due_date=self._day(-5))
        self._run_nightly()
        self.assertEqual(contract.state, "expired")
        self.assertEqual(self._get_steps(term), [60, 30, 7, 1])
        told = contract.alert_ids.filtered(lambda alert: alert.state == "raised")
        self.assertEqual(sorted(told.mapped("subject")), ["end", "term"])
        self.assertEqual(len(self._get_activities(contract)), 2, "and left to be dealt with")

    def test_queries_do_not_grow_with_the_contracts(self):
        def count_queries(number):
            for index in range(number):
                contract = self._new_contract(
                    date_end=self._day(-1 - index % 20),
                    renewal="automatic" if index % 2 else "none",
                    renewal_months=12,
                )
                self._new_term(contract, due_on="end", due_date=False, alert_days="")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._run_nightly()
            return self.env.cr.sql_log_count - before

        count_queries(2)
        few = count_queries(2)
        many = count_queries(50)
        self.assertLessEqual(many, few + 2)

    def test_clock_of_the_test_is_the_company_s(self):
        with freeze_time(self.today + timedelta(days=3)):
            self.assertEqual(self.company._get_today(), self._day(3))
