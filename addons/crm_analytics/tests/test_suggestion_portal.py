from lxml import html

from odoo import Command
from odoo.tests import HttpCase, tagged

from .suggestion_common import SuggestionCommon

SECTION = "//section[contains(@class, 'o_portal_suggestions')]"


@tagged("post_install", "-at_install")
class TestSuggestionPortal(SuggestionCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_parameters(holdout=10)
        cls.portal_user = cls.new_user("basket_portal", "base.group_portal")
        cls.stranger = cls.new_user("basket_stranger", "base.group_portal")
        cls.fig = cls.env["product.product"].create(
            {"name": "Fig", "default_code": "SECRET-7", "list_price": 20.0, "taxes_id": False}
        )
        cls.write_affinities(
            (cls.apple, cls.fig, 14, 22, 30, 2.34, 0.30),
            (cls.apple, cls.butter, 9, 22, 12, 1.50, 0.20),
            (cls.apple, cls.cheese, 9, 22, 12, 1.50, 0.15),
            (cls.apple, cls.dates, 5, 22, 6, 1.20, 0.10),
        )
        cls.order = cls.create_order(
            "a",
            user_id=cls.salesman.id,
            partner_id=cls.portal_user.partner_id.id,
            suggestion_seed=9999,
        )
        cls.order.state = "sent"

    def open_page(self, order=None, login=None, **options):
        self.authenticate(login, login)
        response = self.url_open((order or self.order).get_portal_url(), **options)
        self.assertEqual(response.status_code, 200)
        return html.fromstring(response.text)

    def get_shown(self, page):
        return [
            [" ".join(part.text_content().split()) for part in card.xpath(".//div[not(div)]")]
            for card in page.xpath(f"{SECTION}//article")
        ]

    def test_best_three_with_price(self):
        page = self.open_page(login="basket_portal")
        shown = self.get_shown(page)
        self.assertEqual(
            [card[:2] for card in shown],
            [
                ["Fig", "with Apple"],
                ["Butter", "with Apple"],
                ["Cheese", "with Apple"],
            ],
        )
        self.assertIn("20.00", shown[0][2])
        self.assertEqual(page.xpath(f"{SECTION}//a")[0].get("href"), "#discussion")

    def test_visitor_with_the_link(self):
        self.assertEqual(len(self.get_shown(self.open_page())), 3)

    def test_nothing_internal_is_told(self):
        page = self.open_page(login="basket_portal")
        text = page.xpath(SECTION)[0].text_content()
        for secret in ("SECRET-7", "lift", "14", "22", "margin", "orders"):
            self.assertNotIn(secret, text)

    def test_price_of_this_customer(self):
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Half",
                "company_id": self.company.id,
                "item_ids": [
                    Command.create(
                        {
                            "compute_price": "percentage",
                            "percent_price": 50,
                            "applied_on": "3_global",
                        }
                    )
                ],
            }
        )
        self.order.pricelist_id = pricelist
        self.assertEqual(self.order._propose_on_portal()[0]["price"], 10.0)

    def test_picture_is_served_to_visitors_and_no_other(self):
        suggestion = self.order._propose_on_portal()[0]
        self.fig.image_1920 = (
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5E"
            "rkJggg=="
        )
        self.authenticate(None, None)
        url = suggestion["image_url"]
        visitor = self.env.ref("base.public_user")
        self.assertFalse(self.fig.with_user(visitor).has_access("read"))
        response = self.url_open(url)
        self.assertEqual(response.content[:8], b"\x89PNG\r\n\x1a\n")
        without = self.url_open(url.split("?")[0])
        self.assertNotEqual(without.content, response.content)
        other = self.url_open(url.replace("image_128", "image_256", 1))
        self.assertNotEqual(other.content, response.content)

    def test_stranger_sees_no_page(self):
        self.authenticate("basket_stranger", "basket_stranger")
        response = self.url_open(f"/my/orders/{self.order.id}")
        self.assertNotIn("o_portal_suggestions", response.text)

    def test_seen_is_remembered_once(self):
        self.open_page(login="basket_portal")
        self.open_page(login="basket_portal")
        suggestions = self.env["sale.suggestion"].search([("order_id", "=", self.order.id)])
        self.assertEqual(len(suggestions), 3)
        self.assertEqual(set(suggestions.mapped("state")), {"shown"})
        fig = suggestions.filtered(lambda s: s.product_id == self.fig)
        self.assertEqual(
            (fig.position, fig.kind, fig.origin_product_id), (1, "affinity", self.apple)
        )
        self.assertEqual(fig.company_id, self.company)

    def test_preview_of_a_link_is_not_remembered(self):
        self.open_page(headers={"Odoo-Link-Preview": "True"})
        self.assertFalse(self.env["sale.suggestion"].search([("order_id", "=", self.order.id)]))

    def test_held_out(self):
        self.order.suggestion_seed = 1
        self.assertEqual(self.get_shown(self.open_page(login="basket_portal")), [])
        self.assertEqual(
            self.get_states(self.order),
            {"Fig": "held_out", "Butter": "held_out", "Cheese": "held_out"},
        )

    def test_what_the_salesperson_dismissed(self):
        self.propose(self.order, "b", "dismissed")
        names = [card["name"] for card in self.order._propose_on_portal()]
        self.assertEqual(names, ["Fig", "Cheese", "Dates"])

    def test_options_of_the_quotation_are_not_proposed_again(self):
        self.order.order_line = [
            Command.create({"display_type": "line_section", "name": "More", "is_optional": True}),
            Command.create({"product_id": self.butter.id, "product_uom_qty": 0}),
        ]
        names = [card["name"] for card in self.order._propose_on_portal()]
        self.assertEqual(names, ["Fig", "Cheese", "Dates"])

    def test_when_nothing_is_shown(self):
        self.assertTrue(self.order._propose_on_portal())
        self.company.portal_suggestions = False
        self.assertEqual(self.order._propose_on_portal(), [])
        self.company.portal_suggestions = True
        self.order.validity_date = "2020-01-01"
        self.order.invalidate_recordset(["is_expired"])
        self.assertEqual(self.order._propose_on_portal(), [])
        self.order.validity_date = False
        self.order.action_confirm()
        self.assertEqual(self.order._propose_on_portal(), [])

    def test_product_of_another_company(self):
        self.fig.company_id = self.other_company
        names = [card["name"] for card in self.order._propose_on_portal()]
        self.assertEqual(names, ["Butter", "Cheese", "Dates"])

    def test_order_without_products(self):
        order = self.create_order("", partner_id=self.portal_user.partner_id.id)
        self.assertEqual(order._propose_on_portal(), [])
