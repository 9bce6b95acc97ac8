from odoo.tests import tagged

from .referral_common import ReferralCommon


@tagged("post_install", "-at_install")
class TestReferral(ReferralCommon):
    """Who counts as a friend, and when both are rewarded."""

    # Rewards

    def test_both_are_rewarded_after_the_return_window_and_once(self):
        referral = self._register(self.bob)
        self._run()
        self.assertEqual(referral.state, "pending", "nothing was bought")
        invoice = self._invoice(self.bob, days_ago=29)
        self._run()
        self.assertEqual(referral.state, "pending", "the goods may still come back")
        invoice.button_draft()
        invoice.unlink()
        invoice = self._invoice(self.bob, days_ago=30)
        self._run()
        self.assertEqual(referral.state, "rewarded")
        self.assertEqual(referral.invoice_id, invoice)
        self.assertEqual(self.card.points, 100)
        friend_card = self.env["loyalty.card"].search([("partner_id", "=", self.bob.id)])
        self.assertEqual(friend_card.points, 100)
        self.assertEqual((self.card | friend_card).history_ids.mapped("kind"), ["referral"] * 2)
        self._run()
        self._invoice(self.bob, days_ago=31)
        self._run()
        self.assertEqual((self.card.points, friend_card.points), (100, 100))
