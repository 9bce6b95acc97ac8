from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .contract_measure_common import ContractMeasureCommon

RECORD_LOGGER = "odoo.addons.crm_extended.models.crm_contract_alert"


@tagged("post_install", "-at_install")
class TestContractTermVolume(ContractMeasureCommon):
    def test_behind_pace_is_told_once_in_a_period(self):
        term = self._new_volume()
        self._invoice(40)
        for _night in range(2):
            self._run_nightly()
        self.assertEqual((term.actual, term.is_behind, term.state), (40, True, "pending"))
        self.assertEqual(term.pace_text, "40 of 100 at 80 % of the period: 40 behind")
        alert = term.alert_ids
        self.assertEqual((alert.subject, alert.state), ("pace", "raised"))
        self.assertIn("Commitment is behind by 40", alert.activity_id.summary)
        self.assertEqual(self.env["crm.contract.term"].search([("is_behind", "=", True)]), term)

    def test_who_catches_up_leaves_nothing_to_do(self):
        term = self._new_volume()
        self._run_nightly()
        activity = term.alert_ids.activity_id
        self.assertTrue(activity)
        self._invoice(75)
        self._measure(term)
        self.assertFalse(term.is_behind, "5 behind, where 10 % are tolerated")
        self.assertFalse(activity.exists())
        self.assertEqual(term.pace_text, "75 of 100 at 80 % of the period: 5 behind")
        self._invoice(5)
        self._measure(term)
        self.assertEqual(term.pace_text, "80 of 100 at 80 % of the period: on pace")
        self._invoice(8)
        self._measure(term)
        self.assertEqual(term.pace_text, "88 of 100 at 80 % of the period: 8 ahead")

    def test_words_are_those_of_the_reader(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        term = self._new_volume(target=12345.5)
        self.assertIn("12,345.50", term.pace_text)
        text = term.with_context(lang="fr_FR").pace_text
        self.assertIn("345,50", text)
        self.assertNotIn("12,345", text)

    def test_maximum_is_watched_from_the_other_side(self):
        term = self._new_volume(limit_kind="maximum")
        self._invoice(60)
        self._measure(term)
        self.assertEqual(term.pace_text, "60 of at most 100 at 80 % of the period: 20 to spare")
        self.assertFalse(term.is_behind)
        self._invoice(35)
        self._measure(term)
        self.assertEqual(term.pace_text, "95 of at most 100 at 80 % of the period: 15 over")
        self.assertTrue(term.is_behind)
        self._invoice(10)
        with freeze_time(self._day(20)):
            self._run_nightly()
        self.assertEqual((term.state, term.actual), ("breached", 105))

    def test_what_counts_and_what_does_not(self):
        invoiced = self._new_volume()
        ordered = self._new_volume(basis="ordered")
        self._invoice(1)
        self._invoice(2, days=-80)
        self._invoice(4, days=-81)
        self._invoice(8, post=False)
        self._invoice(16, move_type="out_refund")
        self._invoice(32, contract_id=False)
        self._invoice(64, contract_id=self._new_contract().id)
        self._invoice(128).button_cancel()
        self.assertEqual(self._measure(invoiced), 1 + 2 - 16)
        self._order(1)
        self._order(2, days=-80)
        self._order(4, days=-81)
        self._order(8, confirm=False)
        self._order(16, quantity=-1)
        self._order(32, contract_id=False)
        order = self._order(64)
        order._action_cancel()
        noted = self._order(128)
        noted.order_line = [
            Command.create({"display_type": "line_section", "name": "Section"}),
            Command.create({"display_type": "line_note", "name": "Note"}),
        ]
        self.assertEqual(self._measure(ordered), 1 + 2 - 16 + 128)
        self.assertEqual(ordered.actual_count, 4)

    def test_credit_note_of_an_invoice_takes_it_back(self):
        term = self._new_volume(measure="quantity")
        invoice = self._invoice(10, line={"quantity": 7})
        self.assertEqual(self._measure(term), 7)
        refund = invoice._reverse_moves([{"invoice_date": self._day(0)}])
        refund.invoice_line_ids.quantity = 3
        refund.action_post()
        self.assertEqual(self._measure(term), 4)

    def test_amounts_are_without_taxes_at_the_rate_of_their_day(self):
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.foreign.id,
                "company_id": self.company.id,
                "name": self._day(-10),
                "rate": 4.0,
            }
        )
        term = self._new_volume()
        self._invoice(40, days=-20, currency_id=self.foreign.id)
        self._invoice(40, days=-5, currency_id=self.foreign.id)
        self._invoice(3, line={"tax_ids": [Command.set(self.tax_sale_a.ids)]})
        self.assertEqual(self._measure(term), 20 + 10 + 3)
        abroad = self._new_volume(self._new_contract(currency_id=self.foreign.id))
        self._invoice(5, days=-20, contract_id=abroad.contract_id.id)
        self._invoice(5, days=-5, contract_id=abroad.contract_id.id)
        self.assertEqual(self._measure(abroad), 10 + 20)

    def test_missing_rate_is_reported_and_the_others_go_on(self):
        franc = (
            self.env["res.currency"].with_context(active_test=False).search([("name", "=", "CHF")])
        )
        franc.active = True
        franc.rate_ids.unlink()
        bad = self._new_volume(name="Bad")
        good = self._new_volume(self._new_contract())
        self._invoice(40, currency_id=franc.id)
        self._invoice(30, contract_id=good.contract_id.id)
        with mute_logger(RECORD_LOGGER):
            for _night in range(2):
                self._run_nightly()
        self.assertEqual((bad.actual, good.actual), (0, 30))
        failure = bad.alert_ids
        self.assertEqual(failure.state, "failed")
        self.assertIn("has no exchange rate of CHF", failure.error)
        self.assertIn("“Bad” cannot be measured", failure.error)

    def test_quantities_are_in_the_unit_of_the_product(self):
        term = self._new_volume(measure="quantity", basis="ordered")
        dozen = self.env.ref("uom.product_uom_dozen")
        self.product_a.uom_ids |= dozen
        self._order(quantity=2, line={"product_uom_id": dozen.id})
        self._order(quantity=5)
        self.assertEqual(self._measure(term), 29)

    def test_products_and_categories_limit_what_counts(self):
        parent = self.env["product.category"].create({"name": "Food"})
        child = self.env["product.category"].create({"name": "Bread", "parent_id": parent.id})
        self.product_a.categ_id = child
        by_category = self._new_volume(categ_ids=parent.ids)
        by_product = self._new_volume(product_ids=self.product_b.ids)
        by_both = self._new_volume(product_ids=self.product_b.ids, categ_ids=parent.ids)
        by_none = self._new_volume()
        self._invoice(1)
        self._invoice(2, line={"product_id": self.product_b.id, "price_unit": 2})
        self._invoice(4, line={"product_id": False, "name": "Anything", "price_unit": 4})
        terms = by_category | by_product | by_both | by_none
        terms.action_measure()
        self.assertEqual(terms.mapped("actual"), [1, 2, 3, 7])

    def test_period_over_is_met_or_breached(self):
        met, breached = self._new_volume(), self._new_volume(self._new_contract())
        self._invoice(100)
        self._invoice(99, contract_id=breached.contract_id.id)
        with freeze_time(self._day(19)):
            self._run_nightly()
            self.assertEqual((met | breached).mapped("state"), ["pending"] * 2)
        with freeze_time(self._day(20)):
            self._run_nightly()
        self.assertEqual((met | breached).mapped("state"), ["met", "breached"])
        self.assertFalse(breached.is_behind)

    def test_days_are_those_of_the_company(self):
        self.company.partner_id.tz = "Asia/Ulaanbaatar"  # eight hours ahead
        term = self._new_volume(basis="ordered")
        self._order(1).date_order = f"{self._day(-81)} 15:59:59"
        self._order(2).date_order = f"{self._day(-81)} 16:00:00"
        self._order(4).date_order = f"{self._day(19)} 15:59:59"
        self._order(8).date_order = f"{self._day(19)} 16:00:00"
        self.assertEqual(self._measure(term), 2 + 4)

    def test_leap_year(self):
        contract = self._new_contract(date_start="2023-01-01")
        term = self._new_volume(contract, due_date="2024-12-31", recurrence_months=12, target=366)
        self.assertEqual(str(term.period_start), "2024-01-01")
        with freeze_time("2024-03-01"):
            self._measure(term)
            self.assertIn("at 16 % of the period: 60 behind", term.pace_text)

    def test_vendor_bills_of_a_vendor_contract(self):
        contract = self._new_contract(kind="supplier")
        with self.assertRaisesRegex(ValidationError, "measured by vendor bills"):
            self._new_volume(contract, basis="ordered")
        term = self._new_volume(contract)
        self._invoice(30, move_type="in_invoice", contract_id=contract.id)
        self._invoice(10, move_type="in_refund", contract_id=contract.id)
        self.assertEqual(self._measure(term), 20)

    def test_without_a_volume_it_is_met_by_hand(self):
        term = self._new_volume(target=0, due_date=self._day(-1), period_start=False)
        self.assertFalse(term.is_measured or term.pace_text)
        self._run_nightly()
        self.assertEqual(term.state, "breached")

    def test_what_was_missed_is_measured_period_by_period(self):
        """Four months of downtime: a row for each period, and one query for all of them."""
        term = self._new_volume(due_date="2031-01-31", recurrence_months=1)
        contract = term.contract_id
        for date, amount in (("2031-01-31", 100), ("2031-02-28", 99), ("2031-03-31", 101)):
            self._invoice(amount, invoice_date=date, invoice_date_due=date)
        self._invoice(7, invoice_date="2031-05-01", invoice_date_due="2031-05-01")
        with freeze_time("2031-05-02"):
            self._run_nightly()
            self._run_nightly()
        periods = term.period_ids.sorted("due_date")
        self.assertEqual(
            [(str(p.period_start), str(p.due_date), p.actual, p.state) for p in periods],
            [
                ("2031-01-01", "2031-01-31", 100, "met"),
                ("2031-02-01", "2031-02-28", 99, "breached"),
                ("2031-03-01", "2031-03-31", 101, "met"),
                ("2031-04-01", "2031-04-30", 0, "breached"),
            ],
        )
        self.assertEqual(
            (str(term.due_date), term.state, term.actual), ("2031-05-31", "pending", 7)
        )
        notes = contract.message_ids.filtered(lambda m: "4 periods are over, 2 of them" in m.body)
        self.assertEqual(len(notes), 1)
