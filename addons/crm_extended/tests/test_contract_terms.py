from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests.common import tagged
from odoo.tools import mute_logger

from ..models.crm_contract_term import TRANSITIONS
from .contract_common import ContractCommon


@tagged("post_install", "-at_install")
class TestContractTerms(ContractCommon):
    def test_ladder_is_cleaned_on_save(self):
        term = self._new_term(alert_days=" 1,7 ,60;30,7")
        self.assertEqual(term.alert_days, "60,30,7,1")
        term.alert_days = "5, 10"
        self.assertEqual(term.alert_days, "10,5")
        self.assertEqual(term.next_alert_date, self._day(20))
        term.alert_days = False
        self.assertFalse(term.next_alert_date)

    def test_bad_ladder_gets_a_sentence_and_changes_nothing(self):
        term = self._new_term()
        for text in ("30,,7", "a week", "-1", "99999"):
            with self.subTest(text=text), self.assertRaises(ValidationError) as error:
                term.alert_days = text
            self.assertIn(text, str(error.exception))
            self.assertIn("60,30,7,1", str(error.exception))
            self.assertEqual(term.alert_days, "60,30,7,1")

    def test_values_out_of_the_calendar_are_refused(self):
        contract = self._new_contract(date_end=False)
        for values in (
            {"recurrence_months": -1},
            {"recurrence_months": 10_000_000},
            {"due_date": "0001-01-05"},
            {"due_date": "9999-12-31"},
        ):
            with (
                self.subTest(values=values),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self._new_term(contract, **values)

    def test_every_transition_is_allowed_or_refused_by_the_table(self):
        for old in TRANSITIONS:
            for new in TRANSITIONS:
                term = self._new_term(state=old)
                if new == old or new in TRANSITIONS[old]:
                    term.write({"state": new, "waive_reason": new == "waived" and "Agreed"})
                    self.assertEqual(term.state, new)
                else:
                    with self.assertRaises(UserError):
                        term.write({"state": new})

    def test_term_due_after_the_end_is_refused(self):
        contract = self._new_contract(date_end=self._day(100))
        with self.assertRaises(ValidationError):
            self._new_term(contract, due_date=self._day(101))
        term = self._new_term(contract, due_date=self._day(100))
        with self.assertRaises(ValidationError):
            contract.date_end = self._day(99)
        contract.write({"renewal": "automatic", "renewal_months": 12, "date_end": self._day(99)})
        self.assertEqual(term.due_date, self._day(100), "such a contract goes on after its end")

    def test_met_term_opens_its_next_period(self):
        contract = self._new_contract(date_start="2027-01-01", date_end="2030-12-31")
        term = self._new_term(contract, due_date="2028-01-31", recurrence_months=1, actual=3)
        seen = []
        for _period in range(3):
            term.action_met()
            seen.append(str(term.due_date))
        self.assertEqual(seen, ["2028-02-29", "2028-03-31", "2028-04-30"])
        self.assertEqual((term.state, term.actual), ("pending", 0.0))
        self.assertEqual(str(term.next_alert_date), "2028-03-01", "60 days before")
        notes = [message.body for message in contract.message_ids]
        self.assertTrue(any("01/31/2028" in note and "02/29/2028" in note for note in notes))

    def test_last_period_of_a_contract_stays_met(self):
        contract = self._new_contract(date_end=self._day(40))
        term = self._new_term(contract, due_date=self._day(30), recurrence_months=1)
        term.action_met()
        self.assertEqual((term.state, term.due_date), ("met", self._day(30)))

    def test_terms_follow_the_end_of_their_contract(self):
        contract = self._new_contract(notice_days=90)
        notice = self._new_term(contract, due_on="notice", due_date=False)
        end = self._new_term(contract, due_on="end", due_date=False)
        self.assertEqual((notice.due_date, end.due_date), (self._day(275), self._day(365)))
        self.assertEqual(notice.next_alert_date, self._day(215))
        contract.date_end = self._day(465)
        self.assertEqual((notice.due_date, end.due_date), (self._day(375), self._day(465)))
        self.assertEqual(notice.next_alert_date, self._day(315))

    def test_date_of_a_following_term_cannot_be_set(self):
        contract = self._new_contract()
        term = self._new_term(contract, due_on="end")
        term.due_date = self.today
        self.assertEqual(term.due_date, contract.date_end)

    def test_responsible_is_the_contract_s_unless_chosen(self):
        contract = self._new_contract()
        self.assertEqual(self._new_term(contract).user_id, self.user)
        term = self._new_term(contract, user_id=self.colleague.id)
        self.assertEqual(term.user_id, self.colleague)

    def test_waived_and_reopened(self):
        term = self._new_term()
        term._waive("Agreed by phone")
        self.assertEqual(term.state, "waived")
        term.action_reopen()
        self.assertEqual(term.state, "pending")

    def test_postponed_breach_is_pending_again(self):
        term = self._new_term(due_date=self._day(-3), state="breached")
        term.due_date = self._day(20)
        self.assertEqual(term.state, "pending")

    def test_a_term_stays_with_its_contract(self):
        contract = self._new_contract()
        term = self._new_term(contract)
        term.write({"contract_id": contract.id, "name": "Yearly report"})
        with self.assertRaisesRegex(UserError, "stays with the contract"):
            term.contract_id = self._new_contract()

    def test_term_with_alerts_is_kept(self):
        term = self._new_term()
        self._run_nightly()
        with self.assertRaises(UserError):
            term.unlink()
        contract = term.contract_id
        contract.write({"term_ids": [fields.Command.create({"name": "Typing error"})]})
        (contract.term_ids - term).unlink()
        self.assertEqual(contract.term_ids, term)
