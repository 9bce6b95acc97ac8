from odoo.tests import tagged

from .tier_common import TierCommon


@tagged("post_install", "-at_install")
class TestTierPoints(TierCommon):
    """Orders of customers in a tier earn more points; points earned can decide about the tier."""

    def _order(self, partner=None):
        order = self.env["sale.order"].create(
            {
                "partner_id": (partner or self.ada).id,
                "company_id": self.company.id,
                "order_line": [
                    (
                        0,
                        0,
                        {"product_id": self.product_a.id, "price_unit": 100, "tax_ids": []},
                    )
                ],
            }
        )
        order._update_programs_and_rewards()
        return order

    def _points(self, order):
        return order.coupon_point_ids.points

    def test_points_are_multiplied_in_a_tier(self):
        self.program.rule_ids.write({"reward_point_mode": "money", "reward_point_amount": 1})
        self.assertEqual(self._points(self._order()), 100)
        self.card.sudo().tier_id = self.gold
        self.assertEqual(self._points(self._order()), 150)
        self.card.sudo().tier_id = self.platinum
        self.assertEqual(self._points(self._order()), 200)
        self.card.sudo().tier_id = self.silver
        self.assertEqual(self._points(self._order()), 100)

    def test_points_are_rounded_down_as_core_does(self):
        self.program.rule_ids.write({"reward_point_mode": "order", "reward_point_amount": 0.33})
        self.card.sudo().tier_id = self.gold
        self.assertEqual(self._points(self._order()), 0.49)

    def test_tier_of_another_customer_does_not_count(self):
        self.program.rule_ids.write({"reward_point_mode": "money", "reward_point_amount": 1})
        self.card.sudo().tier_id = self.gold
        bob = self.env["res.partner"].create({"name": "Bob"})
        self.assertEqual(self._points(self._order(bob)), 100)

    def test_tier_of_the_card_that_the_company_shares(self):
        self.program.rule_ids.write({"reward_point_mode": "money", "reward_point_amount": 1})
        company = self.env["res.partner"].create({"name": "Bakery", "is_company": True})
        contact = self.env["res.partner"].create({"name": "Eva", "parent_id": company.id})
        card = self._create_card(company)
        card.sudo().tier_id = self.gold
        self.assertEqual(self._points(self._order(contact)), 100)
        self.env["loyalty.card"].search([("partner_id", "=", contact.id)]).sudo().unlink()
        card.is_shared = True
        order = self._order(contact)
        self.assertEqual(order.coupon_point_ids.coupon_id, card)
        self.assertEqual(self._points(order), 150)
        self._create_card(contact).sudo().tier_id = self.platinum
        self.assertEqual(self._points(self._order(contact)), 150)
        card.sudo().tier_id = False
        self.assertEqual(self._points(self._order(contact)), 100)

    def test_one_query_more(self):
        self.card.sudo().tier_id = self.gold
        order = self._order()
        order._get_tier_multipliers(self.program)
        self.env.flush_all()
        self.card.invalidate_model()
        with self.assertQueryCount(3):
            order._get_tier_multipliers(self.program)

    def test_points_earned_decide(self):
        self.program.tier_ids.basis = "points"
        cards = self.env["loyalty.card"].sudo()
        post = {"card_id": self.card.id, "description": "Test"}
        cards._post_points([{**post, "kind": "earn", "issued": 700}])
        cards._post_points([{**post, "kind": "gift", "issued": 5000}])
        cards._post_points([{**post, "kind": "redeem", "used": 600}])
        self.assertEqual(self._measure(), 700)
        cards._post_points([{**post, "kind": "revoke", "used": 50}])
        cards._post_points([{**post, "kind": "earn", "issued": 2000, "pending": True}])
        self.assertEqual(self._measure(), 650)
        self._rate()
        self.assertEqual(self.card.tier_id, self.silver)
        self.assertIn("650 ", self.card.tier_move_ids.reason)

    def test_points_of_a_replaced_card_count(self):
        self.program.tier_ids.basis = "points"
        cards = self.env["loyalty.card"].sudo()
        cards._post_points(
            [{"card_id": self.card.id, "kind": "earn", "issued": 700, "description": "Test"}]
        )
        self.card.active = False
        card = self._create_card(self.ada)
        self.assertEqual(self._measure(card), 700)
