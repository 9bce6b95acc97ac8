import re
from urllib.parse import urlsplit

from odoo.tests import tagged

from .portal_common import LoyaltyPortalCommon


@tagged("post_install", "-at_install")
class TestPortalHistory(LoyaltyPortalCommon):
    """Core's page of the history of a card, whose pager leads nowhere in core alone."""

    def setUp(self):
        super().setUp()
        self.Card._post_points(
            [
                {
                    "card_id": self.card.id,
                    "kind": "gift",
                    "issued": number + 1,
                    "description": f"Gift {number}.",
                }
                for number in range(100)
            ]
        )
        self.url = f"/my/loyalty_card/{self.card.id}/history"

    def _read_names(self, page):
        return re.findall(r"Gift (\d+)\.", page)

    def test_every_line_is_on_one_page(self):
        first = self._get(self.url, self.owner).text
        links = re.findall(r'href="([^"]*/page/2[^"]*)"', first)
        self.assertTrue(links)
        path = urlsplit(links[0]).path
        self.assertEqual(path, f"{self.url}/page/2")
        second = self.url_open(links[0].replace("&amp;", "&")).text
        numbers = self._read_names(first) + self._read_names(second)
        # one moment for all of them: only a second key keeps pages apart
        self.assertEqual(numbers, [str(number) for number in reversed(range(100))])
        self.assertIn(f'href="{self.url}?', second, "the way back to the first page")

    def test_order_is_kept_on_page_2(self):
        first = self._get(f"{self.url}?sortby=issued", self.owner).text
        link = re.search(r'href="([^"]*/page/2[^"]*)"', first)[1].replace("&amp;", "&")
        self.assertIn("sortby=issued", link)
        numbers = self._read_names(first) + self._read_names(self.url_open(link).text)
        self.assertEqual(numbers, [str(number) for number in reversed(range(100))])

    def test_reasons_are_shown(self):
        self._post(kind="adjust", issued=3, description="Gift", reason="We were late")
        self.assertIn("We were late", self._get(self.url, self.owner).text)
        self.assertIn("We were late", self._get(f"/my/loyalty/{self.card.id}", self.owner).text)

    def test_line_of_a_deleted_order(self):
        order = self.env["sale.order"].create({"partner_id": self.owner.partner_id.id})
        self._post(issued=3, order_model="sale.order", order_id=order.id, description="Lost")
        order.unlink()
        for url in (self.url, f"/my/loyalty/{self.card.id}"):
            response = self._get(url, self.owner)
            self.assertEqual(response.status_code, 200)
            self.assertIn("Lost", response.text)
        values = self.make_jsonrpc_request(f"/my/loyalty_card/{self.card.id}/values", {})
        self.assertFalse(values["history_lines"][0]["order_portal_url"])
