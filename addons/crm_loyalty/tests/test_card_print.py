import base64

from lxml import html

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..tools import card_number
from .common import LoyaltyCardCommon

PNG = b"\x89PNG"


@tagged("post_install", "-at_install")
class TestCardPrint(LoyaltyCardCommon):
    """A card and a sheet of cards, with the number as text, barcode and QR code."""

    def _render(self, report, cards, user=None):
        reports = self.env["ir.actions.report"].with_user(user or self.salesperson)
        content, _kind = reports._render_qweb_html(f"crm_loyalty.{report}", cards.ids)
        return html.fromstring(content)

    def _get_faces(self, page):
        return page.find_class("o_loyalty_card")

    def test_card(self):
        cards = self._create_card(self.ada) | self._create_card(self.bob)
        page = self._render("action_report_loyalty_card", cards)
        self.assertEqual(len(page.find_class("o_loyalty_card_page")), 2)
        for card, face in zip(cards, self._get_faces(page), strict=True):
            text = face.text_content()
            self.assertIn(card.partner_id.name, text)
            self.assertIn(card_number.spaced(card.number), text)
            self.assertIn(self.program.name, text)
            for name in ("o_loyalty_card_barcode", "o_loyalty_card_qr"):
                picture = face.find_class(name)[0].get("src")
                self.assertTrue(base64.b64decode(picture.split(",")[1]).startswith(PNG))

    def test_sheet_of_stock(self):
        cards = self.Card.create([{"program_id": self.program.id} for _each in range(12)])
        page = self._render("action_report_loyalty_card_sheet", cards)
        sheets = page.find_class("o_loyalty_card_sheet")
        self.assertEqual([len(self._get_faces(sheet)) for sheet in sheets], [10, 2])
        for card, face in zip(cards, self._get_faces(page), strict=True):
            self.assertIn(card_number.spaced(card.number), face.text_content())

    def test_coupon_has_no_number(self):
        coupon = self._create_card(program=self._create_program("Ten Off", "coupons"))
        with self.assertRaisesRegex(UserError, "no card number to print"):
            self._render("action_report_loyalty_card", coupon)
