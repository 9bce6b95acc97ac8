from odoo.tests import tagged

from .portal_common import LoyaltyPortalCommon


@tagged("post_install", "-at_install")
class TestPortalVouchers(LoyaltyPortalCommon):
    def _issue(self, user=None, program=None, **values):
        program = program or self.voucher_program
        return program._issue_voucher((user or self.owner).partner_id, **values)

    def test_vouchers_that_can_be_used(self):
        good = self._issue(expiration_date=self._day(1)) + self._issue(expiration_date=False)
        good += self._issue(expiration_date=self._day(0))
        used, blocked = self._issue(), self._issue()
        used.points = 0
        blocked._block("Sent twice")
        ended = self._create_program("Ended", "coupons")
        of_ended = self._issue(program=ended)
        ended.date_to = self._day(-2)
        bad = self._issue(expiration_date=self._day(-2)) + used + blocked + of_ended
        bad += self._issue(self.stranger)
        page = self._get("/my/loyalty", self.owner).text
        for voucher in good:
            self.assertIn(voucher.code, page)
        for voucher in bad:
            self.assertNotIn(voucher.code, page)

    def test_gift_card_shows_its_money(self):
        program = self._create_program("Gift", "gift_card")
        self._issue(program=program, points=75)
        self.assertIn("75", self._get("/my/loyalty", self.owner).text)

    def test_last_day(self):
        voucher = self._issue(expiration_date=self._day(30))
        self.assertEqual(voucher._get_portal_use_by(), self._day(30))
        self.voucher_program.date_to = self._day(10)
        self.assertEqual(voucher._get_portal_use_by(), self._day(10))

    def test_vouchers_in_pages(self):
        last = self._issue(expiration_date=self._day(99))
        for _number in range(21):
            self._issue(expiration_date=self._day(9))
        newest = self._issue(expiration_date=self._day(98))
        first = self._get("/my/loyalty", self.owner).text
        self.assertIn("/my/loyalty/page/2", first)
        self.assertNotIn(last.code, first)
        self.assertIn(last.code, self.url_open("/my/loyalty/page/2").text)
        self.assertIn(last.code, self.url_open("/my/loyalty/page/99").text)
        self.assertIn(newest.code, self.url_open("/my/loyalty?sortby=newest").text)
