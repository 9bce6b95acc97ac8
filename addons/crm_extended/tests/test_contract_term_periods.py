import base64
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, freeze_time, tagged
from odoo.tools import mute_logger

from ..tools.alert_ladder import get_next_due_date
from ..tools.term_periods import get_due_dates, get_elapsed_share, get_pace_gap, get_period_start
from .contract_common import ContractCommon

FILE = base64.b64encode(b"insured")
DAYS = st.dates(date(1950, 1, 1), date(2950, 1, 1))


@tagged("post_install", "-at_install")
class TestPeriodArithmetic(BaseCase):
    @given(due_date=DAYS, months=st.integers(1, 1200))
    def test_periods_follow_each_other_without_a_gap(self, due_date, months):
        day = due_date.day
        seen = [due_date]
        while len(seen) < 15 and seen[-1].year < 2850:
            seen.append(get_next_due_date(seen[-1], months, day))
        for before, after in pairwise(seen):
            self.assertEqual(get_period_start(after, months, day), before + timedelta(days=1))

    @given(due_date=DAYS, months=st.integers(1, 40), days=st.integers(-500, 1500))
    def test_due_dates_reach_the_first_that_has_not_passed(self, due_date, months, days):
        today = due_date + timedelta(days=days)
        dates = get_due_dates(due_date, months, due_date.day, today)
        self.assertEqual(dates[0], due_date)
        self.assertGreaterEqual(dates[-1], today)
        self.assertTrue(all(passed < today for passed in dates[:-1]))
        last = due_date + timedelta(days=200)
        self.assertEqual(
            get_due_dates(due_date, months, due_date.day, today, last),
            [due_date] + [day for day in dates[1:] if day <= last],
        )
        self.assertEqual(get_due_dates(due_date, 0, due_date.day, today), [due_date])

    @given(start=DAYS, length=st.integers(1, 800), target=st.integers(0, 10**6))
    def test_pace_ends_with_the_target(self, start, length, target):
        end = start + timedelta(days=length - 1)
        shares = [
            get_elapsed_share(start, end, start + timedelta(days=n)) for n in range(length + 3)
        ]
        self.assertEqual((shares[0], shares[length], shares[-1]), (0, 1, 1))
        self.assertEqual(shares, sorted(shares))
        for kind in ("minimum", "maximum"):
            self.assertEqual(get_pace_gap(kind, target, target, 1), 0)


@tagged("post_install", "-at_install")
class TestContractTermPeriods(ContractCommon):
    def _periods(self, term):
        return [(period.due_date, period.state) for period in term.period_ids.sorted("due_date")]

    def test_missed_period_is_kept_and_the_next_one_opens(self):
        contract = self._new_contract(date_end=False)
        term = self._new_term(contract, due_date=self._day(-1), recurrence_months=12)
        self._run_nightly()
        self.assertEqual(self._periods(term), [(self._day(-1), "breached")])
        self.assertEqual(term.state, "pending")
        self.assertGreater(term.due_date, self._day(360))
        told = term.alert_ids.filtered(lambda alert: alert.state == "raised")
        self.assertEqual(told.due_date, self._day(-1), "what was missed is still to be done")
        self.assertIn("was due yesterday", told.activity_id.summary)
        self._run_nightly()
        self.assertEqual(len(term.period_ids), 1)
        self.assertTrue(told.activity_id.active)

    def test_three_periods_of_downtime(self):
        contract = self._new_contract(date_start="2030-01-01", date_end=False)
        term = self._new_term(contract, due_date="2030-01-31", recurrence_months=1)
        with freeze_time("2030-04-15"):
            for _night in range(2):
                self._run_nightly()
        self.assertEqual(
            [(str(day), state) for day, state in self._periods(term)],
            [(f"2030-{day}", "breached") for day in ("01-31", "02-28", "03-31")],
        )
        self.assertEqual((str(term.due_date), term.state), ("2030-04-30", "pending"))
        notes = contract.message_ids.filtered(lambda m: "3 periods are over, 3 of" in m.body)
        self.assertEqual(len(notes), 1)

    def test_last_period_of_a_contract_is_not_followed(self):
        contract = self._new_contract(date_end=self._day(10))
        term = self._new_term(contract, due_date=self._day(-70), recurrence_months=1)
        self._run_nightly()
        self.assertEqual(len(term.period_ids), 2)
        last = term.due_date
        self.assertEqual(term.state, "breached")
        contract.write({"renewal": "automatic", "renewal_months": 12})
        self._run_nightly_tomorrow()
        self.assertEqual(self._periods(term)[-1], (last, "breached"))
        self.assertEqual(term.state, "pending", "once the contract goes on so does the term")

    def _run_nightly_tomorrow(self):
        with freeze_time(self._day(1)):
            self._run_nightly()

    def test_met_and_waived_periods_open_the_next_one(self):
        contract = self._new_contract(date_start="2027-01-01", date_end="2030-12-31")
        term = self._new_term(contract, due_date="2028-01-31", recurrence_months=1)
        term.action_met()
        term._waive("Closed for works")
        self.assertEqual((str(term.due_date), term.state), ("2028-03-31", "pending"))
        self.assertEqual([state for _day, state in self._periods(term)], ["met", "waived"])
        waived = term.period_ids[0]
        self.assertEqual(waived.waive_reason, "Closed for works")
        self.assertFalse(term.waive_reason)
        notes = [message.body for message in contract.message_ids]
        self.assertTrue(any("Closed for works. It is due again on 03/31" in note for note in notes))

    def test_period_closed_again_is_brought_up_to_date(self):
        term = self._new_term(self._new_contract(date_end=False), recurrence_months=1)
        due_date = term.due_date
        term.action_met()
        term.due_date = due_date
        term._waive("A mistake")
        self.assertEqual(self._periods(term), [(due_date, "waived")])

    def test_missed_period_is_met_late(self):
        contract = self._new_contract(date_end=False)
        term = self._new_term(contract, due_date=self._day(-1), recurrence_months=1)
        self._run_nightly()
        period = term.period_ids
        activity = self._get_activities(contract).filtered(
            lambda activity: activity.date_deadline == self._day(-1)
        )
        self.assertTrue(activity)
        period.with_user(self.user).action_met()
        self.assertEqual(period.state, "met")
        self.assertFalse(activity.exists())
        with self.assertRaises(UserError):
            period.action_met()

    def test_missed_period_is_told_of_again_until_somebody_reacts(self):
        contract = self._new_contract(date_end=False)
        term = self._new_term(
            contract,
            due_date=self._day(-1),
            recurrence_months=3,
            alert_days="0",
            repeat_days_after=7,
        )
        self._run_nightly()
        self.assertEqual(self._get_steps(term), [0])
        with freeze_time(self._day(6)):
            self._run_nightly()
            self.assertEqual(self._get_steps(term), [0, -7])
            term.alert_ids.filtered(lambda alert: alert.state == "raised").action_acknowledge()
        with freeze_time(self._day(30)):
            self._run_nightly()
        self.assertEqual(self._get_steps(term), [0, -7])
        with freeze_time(term.due_date):
            self._run_nightly()
        self.assertEqual(self._get_steps(term), [0, 0, -7], "the next one has its own")

    def test_term_due_with_its_contract_keeps_its_periods(self):
        with freeze_time("2027-03-01 12:00:00"):
            contract = self._new_contract(
                date_start="2026-03-01",
                date_end="2027-02-28",
                renewal="automatic",
                renewal_months=12,
            )
            term = self._new_term(
                contract, due_on="end", due_date=False, kind="volume", target=10, basis="ordered"
            )
            self.assertEqual(str(term.period_start), "2026-03-01")
            self._run_nightly()
        self.assertEqual(str(term.period_ids.due_date), "2027-02-28")
        self.assertEqual(term.period_ids.state, "breached")
        self.assertEqual(
            (str(term.period_start), str(term.due_date), term.state),
            ("2027-03-01", "2028-02-29", "pending"),
        )

    def test_following_contract_begins_without_a_past(self):
        contract = self._new_contract(renewal="manual", renewal_months=12)
        term = self._new_term(
            contract, kind="volume", target=5, recurrence_months=12, due_date=contract.date_end
        )
        term.write({"actual": 3, "actual_count": 2, "is_behind": True})
        contract.action_renew()
        following = contract.next_ids.term_ids
        self.assertEqual((following.target, following.actual, following.is_behind), (5, 0, False))
        self.assertEqual(following.period_start, contract.next_ids.date_start)

    # ---------------------------------------------------------------------------------------------
    # Documents
    # ---------------------------------------------------------------------------------------------
    def test_document_is_met_by_its_file_or_a_manager(self):
        contract = self._new_contract()
        term = self._new_term(contract, kind="document")
        with self.assertRaisesRegex(UserError, "Attach the document"):
            term.with_user(self.user).action_met()
        with self.assertRaisesRegex(UserError, "Attach the document"):
            term.with_user(self.user).write({"state": "met"})
        term.with_user(self.user).document_file = FILE
        term.with_user(self.user).action_met()
        self.assertEqual(term.state, "met")
        other = self._new_term(contract, kind="document")
        other.with_user(self.manager).action_met()
        self.assertEqual(other.state, "met")

    def test_document_that_is_there_in_time_is_no_breach(self):
        contract = self._new_contract(date_end=False)
        filed, missing = (
            self._new_term(contract, kind="document", due_date=self._day(-1), recurrence_months=12)
            for _number in range(2)
        )
        filed.write({"document_file": FILE, "document_file_name": "insurance.pdf"})
        self._run_nightly()
        self.assertEqual((filed.period_ids.state, missing.period_ids.state), ("met", "breached"))
        self.assertEqual(filed.period_ids.with_user(self.user).document_file, FILE)
        self.assertEqual(filed.period_ids.document_file_name, "insurance.pdf")
        self.assertFalse(filed.document_file or filed.document_file_name, "the next is to come")

    # ---------------------------------------------------------------------------------------------
    # Rights
    # ---------------------------------------------------------------------------------------------
    def test_only_managers_waive_whichever_way(self):
        term = self._new_term(recurrence_months=1)
        with self.assertRaises(UserError):
            term.with_user(self.user)._waive("Because")
        with self.assertRaises(UserError):
            term.with_user(self.user).write({"state": "waived"})
        with self.assertRaises(UserError):
            term.with_user(self.user).create(
                {"contract_id": term.contract_id.id, "name": "Given up", "state": "waived"}
            )
        with self.assertRaisesRegex(UserError, "reason"):
            term.with_user(self.manager).write({"state": "waived"})
        term.with_user(self.manager)._waive("Because")
        self.assertEqual(term.period_ids.waive_reason, "Because")

    def test_system_waives_for_whoever_starts_the_following_contract(self):
        contract = self._new_contract(renewal="manual", renewal_months=12)
        end = self._new_term(contract, due_on="end", due_date=False)
        contract.with_user(self.user).action_renew()
        contract.next_ids.with_user(self.user).action_start()
        self.assertEqual(end.state, "waived")
        self.assertIn("following contract", end.waive_reason)

    def test_history_is_read_like_its_term_and_written_by_nobody(self):
        term = self._new_term(recurrence_months=1)
        term.action_met()
        period = term.period_ids
        other = self._new_user(
            "contract_elsewhere", company=self.env["res.company"].create({"name": "Elsewhere"})
        )
        portal = self._new_user("contract_portal", "base.group_portal")
        self.assertEqual(period.with_user(self.user).state, "met")
        for stranger in (other, portal):
            with self.subTest(user=stranger.login), self.assertRaises(AccessError):
                period.with_user(stranger).read(["state"])
        for user in (self.user, self.manager):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                period.with_user(user).write({"state": "breached"})

    def test_user_measures_terms_without_access_to_invoices(self):
        term = self._new_term(kind="payment", payment_days=5, user_id=self.user.id)
        term.with_user(self.user).action_measure()
        self.assertEqual(term.actual_date, self.today)

    # ---------------------------------------------------------------------------------------------
    # Bad input
    # ---------------------------------------------------------------------------------------------
    def test_what_cannot_be_agreed_on_is_refused(self):
        for values in (
            {"target": -1},
            {"payment_days": -1},
            {"payment_days": 4000},
            {"discount_max": 101},
            {"pace_tolerance": -1},
            {"kind": "volume", "period_start": self._day(31)},
        ):
            with (
                self.subTest(values=values),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self._new_term(**values)
