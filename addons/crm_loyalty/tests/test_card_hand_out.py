from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from ..tools import card_number
from .common import LoyaltyCardCommon

NUMBER = card_number.add_check_digit("043900000001")
OTHER_NUMBER = card_number.add_check_digit("043900000002")


@tagged("post_install", "-at_install")
class TestCardHandOut(LoyaltyCardCommon):
    """Scan a printed card, pick or enter the customer, done."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.card = cls._create_card(number=NUMBER)
        cls.desk_user = new_test_user(
            cls.env, "card-desk", groups="base.group_user,crm_loyalty.group_crm_loyalty_user"
        )

    def _hand_out(self, user=None, **values):
        wizards = self.env["loyalty.card.hand.out"].with_user(user or self.desk_user)
        return wizards.create({"number": NUMBER} | values).action_hand_out()

    def _assert_refused(self, text, **values):
        customers = self.env["res.partner"].search_count([])
        cards = self.Card.search_count([])
        with self.assertRaisesRegex(UserError, text):
            self._hand_out(**values)
        self.assertFalse(self.card.partner_id)
        self.assertEqual(self.env["res.partner"].search_count([]), customers)
        self.assertEqual(self.Card.search_count([]), cards)

    def test_printed_card_to_a_known_customer(self):
        action = self._hand_out(number=card_number.spaced(NUMBER), partner_id=self.ada.id)
        self.assertEqual(self.card.partner_id, self.ada)
        self.assertTrue(self.card.issue_date)
        self.assertEqual(action["res_id"], self.card.id)

    def test_printed_card_to_a_new_customer(self):
        with Form(self.env["loyalty.card.hand.out"].with_user(self.desk_user)) as form:
            form.number = NUMBER
            form.name = " Grace "
            form.phone = "+1 202 555 0111"
            form.email = "grace@example.com"
        form.record.action_hand_out()
        partner = self.card.partner_id
        self.assertEqual(partner.name, "Grace")
        self.assertEqual(partner.email, "grace@example.com")
        self.assertEqual(partner.phone, "+1 202 555 0111")

    def test_card_without_plastic(self):
        program = self._create_program("Students")
        self._hand_out(number=False, program_id=program.id, partner_id=self.bob.id)
        card = self.Card.search([("partner_id", "=", self.bob.id)])
        self.assertEqual(card.program_id, program)
        self.assertTrue(card_number.is_valid(card.number))

    def test_program_is_the_cards(self):
        students = self._create_program("Students")
        self._create_card(program=students, number=OTHER_NUMBER)
        with Form(self.env["loyalty.card.hand.out"].with_user(self.desk_user)) as form:
            self.assertEqual(form.program_id, self.program)
            form.number = OTHER_NUMBER
            self.assertEqual(form.program_id, students)
            form.partner_id = self.ada
        form.record.action_hand_out()
        self.assertEqual(self.Card.search([("partner_id", "=", self.ada.id)]).number, OTHER_NUMBER)

    def test_faults_are_told_while_the_customer_is_chosen(self):
        taken = self._create_card(self.bob, number=OTHER_NUMBER)
        with Form(self.env["loyalty.card.hand.out"].with_user(self.desk_user)) as form:
            form.number = NUMBER
            self.assertFalse(form.number_info)
            form.number = NUMBER[:-1] + "0"
            self.assertIn("check digit is wrong", form.number_info)
            form.number = taken.number
            self.assertIn("already Bob's", form.number_info)
            form.number = NUMBER
            form.partner_id = self.ada

    def test_known_customer_is_proposed(self):
        self.ada.write({"email": "ada@example.com", "phone": "+1 202 555 0112"})
        with Form(self.env["loyalty.card.hand.out"].with_user(self.desk_user)) as form:
            form.number = NUMBER
            form.name = "Ada L."
            form.email = "ADA@example.com "
            self.assertEqual(form.known_partner_id, self.ada)
            form.email = False
            self.assertFalse(form.known_partner_id)
            form.phone = "+12025550112"
            self.assertEqual(form.known_partner_id, self.ada)
        wizard = form.record
        wizard.action_pick_known()
        wizard.action_hand_out()
        self.assertEqual(self.card.partner_id, self.ada)

    def test_desk_gets_the_card_back(self):
        wizards = self.env["loyalty.card.hand.out"].with_context(loyalty_desk=True)
        action = wizards.create({"number": NUMBER, "partner_id": self.ada.id}).action_hand_out()
        self.assertEqual(action["infos"], {"loyalty_card_id": self.card.id})

    def test_refused(self):
        self._assert_refused("check digit is wrong", number=NUMBER[:-1] + "0", name="Grace")
        self._assert_refused("There is no card", number=OTHER_NUMBER, name="Grace")
        self._assert_refused("Pick the customer")
        self._assert_refused("Pick the customer", name="  ")
        self._assert_refused("no e-mail address", name="Grace", email="grace")
        self.ada.active = False
        self._assert_refused("Ada is archived", partner_id=self.ada.id)
        self.bob.is_guest = True
        self._assert_refused("gave no name", partner_id=self.bob.id)
        coupons = self._create_program("Ten Off", "coupons")
        self._assert_refused("no cards to hand out", number=False, program_id=coupons.id)

    def test_printed_card_replaces_the_one_of_the_first_order(self):
        held = self._create_card(self.ada, points=30)
        with Form(self.env["loyalty.card.hand.out"].with_user(self.desk_user)) as form:
            form.partner_id = self.ada
            self.assertFalse(form.held_card_id)
            form.number = NUMBER
            self.assertEqual(form.held_card_id, held)
        form.record.action_hand_out()
        self.assertEqual((self.card.partner_id, self.card.points), (self.ada, 30))
        self.assertEqual((held.state, held.replaced_by_id), ("replaced", self.card))

    def test_blocked_card_is_replaced_by_an_administrator(self):
        held = self._create_card(self.ada)
        held._block("Misused")
        with self.assertRaisesRegex(AccessError, "only a loyalty administrator"):
            self._hand_out(partner_id=self.ada.id)
        self._hand_out(self.manager, partner_id=self.ada.id)
        self.assertEqual(self.card.partner_id, self.ada)

    def test_one_card_of_a_program(self):
        self._create_card(self.ada)
        self._assert_refused(
            "Ada already has the card",
            number=False,
            program_id=self.program.id,
            partner_id=self.ada.id,
        )

    def test_card_given_to_another_meanwhile(self):
        self._hand_out(partner_id=self.ada.id)
        with self.assertRaisesRegex(UserError, "already Ada's"):
            self._hand_out(partner_id=self.bob.id)
        self.assertEqual(self.card.partner_id, self.ada)

    def test_archived_card(self):
        self.card.active = False
        self._assert_refused("is archived", partner_id=self.ada.id)

    def test_blocked_card(self):
        self.card._block("Misprinted")
        self._assert_refused("is blocked", partner_id=self.ada.id)

    def test_customer_of_another_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.ada.company_id = company
        self.desk_user.company_ids += company
        self._assert_refused("another company", partner_id=self.ada.id)

    def test_card_of_another_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        program = self._create_program("Theirs", company_id=company.id)
        self._create_card(program=program, number=OTHER_NUMBER)
        self._assert_refused("There is no card", number=OTHER_NUMBER, partner_id=self.ada.id)

    def test_welcome_message_goes_out_with_the_card(self):
        template = self.env["mail.template"].create(
            {
                "name": "Welcome",
                "model_id": self.env["ir.model"]._get_id("loyalty.card"),
                "subject": "Your card {{ object.number }}",
                "partner_to": "{{ object.partner_id.id }}",
            }
        )
        self.program.communication_plan_ids = [
            Command.create({"trigger": "create", "mail_template_id": template.id})
        ]
        self.ada.email = "ada@example.com"
        self._hand_out(partner_id=self.ada.id)
        mails = self.env["mail.mail"].search([("subject", "=", f"Your card {NUMBER}")])
        self.assertEqual(mails.recipient_ids, self.ada)

    def test_who_hands_out(self):
        nobody = new_test_user(self.env, "card-nobody", groups="base.group_user")
        with self.assertRaises(AccessError):
            self._hand_out(nobody, partner_id=self.ada.id)
        with self.assertRaises(AccessError):
            self.card.with_user(self.desk_user).partner_id = self.ada
        self._hand_out(self.salesperson, partner_id=self.ada.id)
        self.assertEqual(self.card.partner_id, self.ada)
