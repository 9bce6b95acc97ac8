from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .compensation_common import CompensationCommon


@tagged("post_install", "-at_install")
class TestCompensationGiven(CompensationCommon):
    def test_points_go_to_the_card_with_a_line_in_its_history(self):
        compensation = self._give_points(200)
        self.assertEqual(compensation.state, "approved")
        self.assertEqual(self.card.points, 300)
        line = self.card.history_ids[:1]
        self.assertEqual(line.issued, 200)
        self.assertEqual((line.order_model, line.order_id), ("crm.complaint", self.complaint.id))
        self.assertIn(self.complaint.number, line.description)
        self.assertEqual(compensation.card_id, self.card)
        self.assertEqual(compensation.amount, 20)

    def test_card_is_made_for_a_customer_without_one(self):
        self.complaint.partner_id = self.colleague
        wizard = self._wizard(kind="points", program_id=self.points_program.id, points=10)
        self.assertIn("None yet", wizard.card_info)
        compensation = self._give_points(10)
        self.assertEqual(compensation.card_id.partner_id, self.colleague)
        self.assertEqual(compensation.card_id.points, 10)
        self.assertTrue(compensation.card_id.number)

    def test_card_of_the_company_takes_the_points_of_its_contacts(self):
        self.card.partner_id = self.customer
        self._give_points(10)
        self.assertEqual(self.card.points, 110)

    def test_gift_card_is_generated_and_sent(self):
        compensation = self._give_voucher(20)
        voucher = compensation.card_id
        self.assertEqual(compensation.state, "approved")
        self.assertEqual(voucher.program_id, self.gift_program)
        self.assertEqual((voucher.points, voucher.partner_id), (20, self.contact))
        self.assertEqual(voucher.history_ids.order_id, self.complaint.id)
        mail = self.env["mail.mail"].search(
            [("model", "=", "loyalty.card"), ("res_id", "=", voucher.id)]
        )
        self.assertEqual(len(mail), 1)
        self.assertIn(voucher.code, mail.body_html)

    def test_program_without_a_mail_of_its_own_sends_the_code_as_well(self):
        self.gift_program.communication_plan_ids = [Command.clear()]
        voucher = self._give_voucher(20).card_id
        mail = self.env["mail.mail"].search(
            [("model", "=", "loyalty.card"), ("res_id", "=", voucher.id)]
        )
        self.assertEqual(len(mail), 1)

    def test_coupon_carries_what_its_reward_costs_and_counts_its_value(self):
        compensation = self._give_voucher(15, program_id=self.coupon_program.id)
        self.assertEqual(compensation.state, "to_approve", "nobody can tell what 10 % are worth")
        compensation.with_user(self.manager).action_approve()
        self.assertEqual(compensation.card_id.points, 1)
        self.assertEqual(compensation.amount, 15)
        self.coupon_program.reward_ids.write({"discount_mode": "per_order", "discount": 30})
        compensation = self._give_voucher(5, program_id=self.coupon_program.id)
        self.assertEqual(compensation.amount, 30, "a fixed reward is worth what it is")

    def test_value_in_another_currency_is_converted(self):
        currency = self.env["res.currency"].create(
            {
                "name": "TST",
                "symbol": "T",
                "rate_ids": [Command.create({"rate": 4, "name": "2020-01-01"})],
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Tests", "currency_id": currency.id}
        )
        (self.points_program | self.gift_program).write(
            {"currency_id": currency.id, "pricelist_ids": [Command.set(pricelist.ids)]}
        )
        self.assertEqual(self._give_points(200).amount, 5)
        voucher = self._give_voucher(20)
        self.assertEqual((voucher.amount, voucher.card_id.points), (20, 80))

    def test_customer_is_told_in_the_conversation(self):
        self._give_points(10)
        message = self.complaint.message_ids[:1]
        self.assertIn("10 Loyalty point(s)", message.body)
        self.assertEqual(message.partner_ids, self.contact)
        self.assertFalse(message.subtype_id.internal)
        self.assertTrue(self.complaint.first_response_date)
        voucher = self._give_voucher(20).card_id
        self.assertNotIn(voucher.code, self.complaint.message_ids[:1].body)

    def test_wizard_tells_nothing_of_a_complaint_of_another_team(self):
        stranger = new_test_user(
            self.env, "compensation_stranger", groups="crm_extended.group_crm_complaint_user"
        )
        self.team.member_ids = self.service_user
        with self.assertRaises(AccessError):
            self._wizard(stranger, kind="points", program_id=self.points_program.id)

    def test_wizard_proposes_and_warns(self):
        form = Form(
            self.env["crm.complaint.compensate"]
            .with_user(self.service_user)
            .with_context(default_complaint_id=self.complaint.id)
        )
        self.assertIn(form.program_id, self.gift_program | self.coupon_program)
        form.kind = "points"
        self.assertEqual(form.program_id, self.points_program)
        self.assertIn(self.card.number, form.card_info)
        form.points = 500
        self.assertEqual(form.amount, 50)
        self.assertFalse(form.needs_approval)
        form.points = 501
        self.assertTrue(form.needs_approval)


@tagged("post_install", "-at_install")
class TestCompensationRefusesBadInput(CompensationCommon):
    def assertRefused(self, sentence, **values):
        with self.assertRaisesRegex(UserError, sentence), self.env.cr.savepoint():
            self._give_voucher(**{"amount": 20} | values)
        self.assertFalse(self.complaint.compensation_ids)

    def assertPointsRefused(self, sentence, points=10, **values):
        self.assertRefused(
            sentence, kind="points", program_id=self.points_program.id, points=points, **values
        )
        self.assertEqual(self.card.points, 100)

    def test_nothing_or_less(self):
        self.assertRefused("greater than zero", amount=0)
        self.assertRefused("greater than zero", amount=-5)
        self.assertPointsRefused("more than zero", points=0)
        self.assertPointsRefused("more than zero", points=-10)

    def test_without_reason(self):
        self.assertRefused("what it is for", description="  ")

    def test_without_customer(self):
        self.complaint.partner_id = False
        self.assertRefused("Choose the customer")

    def test_guest(self):
        self.customer.is_guest = True
        self.assertRefused("gave no name")

    def test_archived_customer(self):
        self.contact.active = False
        self.assertRefused("unarchive the customer")

    def test_archived_card(self):
        self.card.active = False
        self.assertPointsRefused("is archived")

    def test_program_of_another_company(self):
        self.gift_program.company_id = self.other_company
        self.assertRefused("of another company")

    def test_program_that_has_ended(self):
        self.gift_program.date_to = fields.Date.subtract(fields.Date.today(), days=1)
        self.assertRefused("has ended")

    def test_program_of_another_kind(self):
        self.assertRefused("choose another", program_id=self.points_program.id)

    def test_no_program(self):
        self.assertRefused("Choose the program", program_id=False)

    def test_voucher_that_has_expired(self):
        self.assertRefused("later date", valid_until="2020-01-01")


@tagged("post_install", "-at_install")
class TestCompensationCost(CompensationCommon):
    def test_credit_note_and_voucher_add_up(self):
        credit_note = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": self.customer.id,
                "complaint_id": self.complaint.id,
                "invoice_line_ids": [
                    Command.create({"name": "Pie", "price_unit": 100, "tax_ids": [Command.clear()]})
                ],
            }
        )
        credit_note.action_post()
        self._give_voucher(20)
        self.assertEqual(self.complaint.cost, 120)

    def test_points_count_at_their_value_and_waiting_ones_do_not(self):
        self._give_points(200)
        self.assertEqual(self.complaint.cost, 20)
        self._give_points(900)
        self.assertEqual(self.complaint.cost, 20)

    def test_points_without_money_value_cost_nothing_and_are_approved(self):
        self.points_program.reward_ids.write({"discount_mode": "percent", "discount": 5})
        wizard = self._wizard(kind="points", program_id=self.points_program.id, points=10)
        self.assertTrue(wizard.is_value_unknown)
        compensation = self._give_points(10)
        self.assertEqual(compensation.state, "to_approve")
        compensation.with_user(self.manager).action_approve()
        self.assertEqual(self.complaint.cost, 0)
        self.assertEqual(self.card.points, 110)


@tagged("post_install", "-at_install")
class TestCompensationMerged(CompensationCommon):
    def test_compensations_follow_the_merged_complaint(self):
        self._give_points(200)
        target = self._create_complaint(partner_id=self.contact.id)
        self._give_voucher(15, complaint=target)
        self.complaint._merge_into(target)
        self.assertEqual(len(target.compensation_ids), 2)
        self.assertFalse(self.complaint.compensation_ids)
        self.assertEqual((self.complaint.cost, target.cost), (0, 35))
        self.assertEqual(self.card.history_ids[:1].order_id, target.id)
        with self.assertRaisesRegex(UserError, "was merged into"):
            self._give_voucher(15)
