from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .test_desk import NUMBER, DeskCommon


@tagged("post_install", "-at_install")
class TestDeskRedeem(DeskCommon):
    """A reward taken as a voucher, and a quotation begun with the card."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reward = cls.program.reward_ids
        cls.reward.write({"discount": 5, "discount_mode": "per_order", "required_points": 200})
        cls.product = cls.env["product.product"].create({"name": "Lamp", "list_price": 100})

    def _redeem(self, reward=None, points=0, card=None):
        return self._desk(card or self.card).desk_redeem((reward or self.reward).id, points)

    def _get_voucher(self, result):
        return self.Card.browse(result["voucher"]["id"])

    def _sell_with(self, voucher, partner):
        order = self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [
                    Command.create({"product_id": self.product.id, "tax_ids": [Command.clear()]})
                ],
            }
        )
        status = order._try_apply_code(voucher.code)
        self.assertNotIn("error", status)
        order._apply_program_reward(voucher.program_id.reward_ids, voucher)
        order.action_confirm()
        return order

    def _assert_refused(self, message, reward=None, points=0, card=None):
        card = card or self.card
        before = card.points, self.Card.search_count([])
        with self.assertRaisesRegex(UserError, message), self.env.cr.savepoint():
            self._redeem(reward, points, card)
        self.assertEqual((card.points, self.Card.search_count([])), before)

    def test_voucher_is_worth_the_reward_once(self):
        self._give(250)
        result = self._redeem()
        self.assertEqual(self.card.points, 50)
        self.assertEqual(result["card"]["points"], self.card._format_points(50))
        voucher = self._get_voucher(result)
        self.assertEqual(voucher.partner_id, self.ada)
        self.assertTrue(voucher.expiration_date)
        line = self.card.history_ids[0]
        self.assertEqual((line.kind, line.used, line.order_id), ("redeem", 200, voucher.id))
        order = self._sell_with(voucher, self.ada)
        self.assertEqual(order.amount_untaxed, 95)
        self.assertEqual(voucher.points, 0)

    def test_too_few_points(self):
        self._give(199)
        self._assert_refused("needs 200.*has 199")

    def test_points_spent_meanwhile(self):
        self._give(250)
        self._redeem()
        self._assert_refused("has 50")

    def test_reward_worth_so_much_a_point(self):
        self.reward.write({"discount": 0.1, "discount_mode": "per_point", "required_points": 50})
        self._give(120)
        self._assert_refused("enter at least as many", points=10)
        self._assert_refused("needs 121.*has 120", points=121)
        voucher = self._get_voucher(self._redeem(points=80))
        self.assertEqual((self.card.points, voucher.points), (40, 80))
        order = self._sell_with(voucher, self.ada)
        self.assertEqual(order.amount_untaxed, 92)

    def test_all_points_of_a_card(self):
        self.reward.write({"clear_wallet": True})
        self._give(320)
        self._redeem()
        self.assertEqual(self.card.points, 0)

    def test_free_product(self):
        self.reward.write({"reward_type": "product", "reward_product_id": self.product.id})
        self._give(200)
        voucher = self._get_voucher(self._redeem())
        self.assertEqual(voucher.program_id.reward_ids.reward_product_id, self.product)

    def test_vouchers_of_a_reward_share_a_program(self):
        self._give(600)
        vouchers = self.Card.browse([self._get_voucher(self._redeem()).id for _each in range(2)])
        self.assertEqual(len(vouchers.program_id), 1)
        self.assertEqual(len(set(vouchers.mapped("code"))), 2)
        self.reward.discount = 7
        later = self._get_voucher(self._redeem())
        self.assertEqual(vouchers.program_id.reward_ids.discount, 5, "what was promised stays")
        self.assertEqual(later.program_id.reward_ids.discount, 7)

    def test_reward_keeps_its_translations(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.reward.with_context(lang="fr_FR").description = "5 de moins"
        self._give(200)
        rewards = self._get_voucher(self._redeem()).program_id.reward_ids
        self.assertEqual(rewards.with_context(lang="fr_FR").description, "5 de moins")

    def test_refused(self):
        self._give(500)
        other = self._create_program("Students").reward_ids
        self._assert_refused("no such reward", reward=other)
        self.card._block("Lost")
        self._assert_refused("is blocked")
        self.card.with_user(self.manager).action_unblock()
        self.program.date_to = "2020-01-01"
        self._assert_refused("has ended")

    def test_shared_card_with_a_limit_for_each_contact(self):
        self.ada.is_company = True
        self.card.write({"is_shared": True, "contact_limit": 100})
        self._give(500)
        self._assert_refused("limit for each contact")
        self.card.contact_limit = 0
        self._redeem()
        self.assertEqual(self.card.points, 300)

    def test_reward_of_another_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self._create_program("Theirs", company_id=company.id)
        with self.assertRaises(AccessError):
            self._redeem(reward=theirs.reward_ids)

    def test_quotation(self):
        action = self._desk(self.card, self.salesperson).desk_sell()
        orders = self.env["sale.order"].with_user(self.salesperson)
        with Form(orders.with_context(**action["context"])) as form:
            self.assertEqual(form.partner_id, self.ada)
            self.assertEqual(form.loyalty_card_number, NUMBER)
        self.assertEqual(form.record.loyalty_card_number, NUMBER)

    def test_quotation_with_a_blocked_card(self):
        self.card._block("Lost")
        with self.assertRaisesRegex(UserError, "is blocked"):
            self._desk(self.card, self.salesperson).desk_sell()
