from odoo import Command
from odoo.tests import tagged

from .portal_common import LoyaltyPortalCommon

BAD_IDS = ("0", "-1", "abc", "²", "1e3", "9" * 9, "9" * 30, "%00", "page")


@tagged("post_install", "-at_install")
class TestPortalCards(LoyaltyPortalCommon):
    def test_list_shows_own_only(self):
        ended = self._create_program("Last Year's")
        old_card = self._create_card(self.owner.partner_id, ended)
        ended.active = False
        page = self._get("/my/loyalty", self.owner).text
        self.assertIn(f"/my/loyalty/{self.card.id}", page)
        self.assertIn(self.card._get_spaced_number(), page)
        for card in self.foreign_card + old_card:
            self.assertNotIn(card.number, page.replace(" ", ""))
            self.assertNotIn(f"/my/loyalty/{card.id}", page)
        self.assertIn("/web/login", self._get("/my/loyalty").url)

    def test_nobody_s_list_is_empty(self):
        self.card.active = False
        page = self._get("/my/loyalty", self.owner).text
        self.assertIn("no card and no voucher", page)
        self.assertNotIn(self.card._get_spaced_number(), page)

    def test_lists_take_any_parameters(self):
        self.authenticate(self.owner.login, self.owner.login)
        history = f"/my/loyalty_card/{self.card.id}/history"
        for url in ("/my/loyalty", history):
            for query in (
                *("/page/0", "/page/2", "/page/-1", "/page/abc", "/page/²", "/page/" + "9" * 5000),
                *("?sortby=nothing", "?sortby=", "?sortby=%00", "?sortby=date&sortby=used"),
                *("?page=x", "?card_id=7", "?filterby=%ff%fe'%22%25_"),
            ):
                with self.subTest(url=url, query=query[:20]):
                    response = self.url_open(url + query, allow_redirects=False)
                    self.assertEqual(response.status_code, 200)

    def test_who_asks_for_another_card_is_led_to_the_own_ones(self):
        self.authenticate(self.owner.login, self.owner.login)
        for card_id in (self.foreign_card.id, *BAD_IDS):
            for url in (
                f"/my/loyalty/{card_id}",
                f"/my/loyalty_card/{card_id}/history",
                f"/my/loyalty_card/{card_id}/history/page/2",
            ):
                with self.subTest(url):
                    response = self.url_open(url, allow_redirects=False)
                    self.assertEqual(response.status_code, 303)
                    self.assertEqual(response.headers["Location"], "/my/loyalty")
        for url in ("/my/loyalty/..%2f", f"/my/loyalty/{self.card.id}/page", "/my/loyalty/page/"):
            self.assertIn(self.url_open(url).status_code, (200, 404))
        for url in (f"/my/loyalty/{self.card.id}", f"/my/loyalty_card/{self.card.id}/history"):
            self.assertIn("/web/login", self._get(url).url)

    def test_dialog_of_another_card_says_nothing(self):
        self.authenticate(self.owner.login, self.owner.login)
        for card_id in (self.foreign_card.id, 0, 10**9, 10**30):
            with self.subTest(card_id):
                url = f"/my/loyalty_card/{card_id}/values"
                self.assertEqual(self.make_jsonrpc_request(url, {}), {})
        url = f"/my/loyalty_card/{self.card.id}/values"
        values = self.make_jsonrpc_request(url, {"card_id": self.foreign_card.id})
        self.assertEqual(values["card"]["url"], f"/my/loyalty/{self.card.id}")

    def test_portal_users_read_no_loyalty_records(self):
        models = ("card", "history", "lot", "lot.use", "program", "reward", "tier", "adjustment")
        self.authenticate(self.owner.login, self.owner.login)
        for model in models:
            for method, args in (("search_read", [[], ["id"]]), ("read", [[1], ["id"]])):
                with (
                    self.subTest(model=model, method=method),
                    self.assertRaisesRegex(Exception, "AccessError"),
                ):
                    self.make_jsonrpc_request(
                        "/web/dataset/call_kw",
                        {"model": f"loyalty.{model}", "method": method, "args": args, "kwargs": {}},
                    )

    def test_home_counts(self):
        self.voucher_program._issue_voucher(self.owner.partner_id)
        self.authenticate(self.owner.login, self.owner.login)
        counters = self.make_jsonrpc_request("/my/counters", {"counters": ["loyalty_count"]})
        self.assertEqual(counters, {"loyalty_count": 2})
        self.assertIn('href="/my/loyalty"', self.url_open("/my").text)

    def test_card_shows_points_by_their_last_day(self):
        first, second = self._day(10), self._day(400)
        self._post(issued=100, expiration_date=second)
        self._post(issued=20, expiration_date=first)
        self._post(issued=3.5, expiration_date=second)
        self._post(issued=7, expiration_date=False)
        self._post(kind="redeem", used=5)
        self.foreign_card._post_points(
            [
                {
                    "card_id": self.foreign_card.id,
                    "kind": "gift",
                    "issued": 999,
                    "expiration_date": first,
                    "description": "gift",
                }
            ]
        )
        expirations = self.card._get_portal_expirations()
        self.assertEqual(expirations, {self.card.id: [(first, 15.0), (second, 103.5)]})
        page = self._get(f"/my/loyalty/{self.card.id}", self.owner).text
        self.assertIn("Use your points by", page)
        for text in ("15 ", "103.50 ", "125.50 "):
            self.assertIn(text + self.card.point_name, page)
        self.assertNotIn("999", page)
        self.assertIn(f"value={self.card.number}", page)

    def test_card_says_what_points_wait_for(self):
        order = self.env["sale.order"].create({"partner_id": self.owner.partner_id.id})
        self._post(
            issued=60, pending=True, order_model="sale.order", order_id=order.id, description="Pie"
        )
        for release, words in (
            ("delivery", "when it is delivered"),
            ("invoice", "when it is invoiced"),
            ("payment", "as it is paid"),
        ):
            self.program.points_release = release
            page = self._get(f"/my/loyalty/{self.card.id}", self.owner).text
            self.assertIn(words, page)
            self.assertIn("Pie", page)
            self.assertIn(f"/my/orders/{order.id}?", page)
            self.assertIn("of it still wait", page)
        self.assertIn("60 ", self._get("/my/loyalty", self.owner).text)

    def test_card_says_why_points_are_owed(self):
        self._post(issued=100)
        self._post(kind="redeem", used=90)
        lost = self._post(kind="revoke", used=40, allow_debt=True, description="Old pie")
        self._post(issued=25)
        self.assertEqual(self.card.points_debt, 5)
        self.assertEqual(self.card._get_portal_debts(), [(lost, 5)])
        newer = self._post(kind="revoke", used=10, allow_debt=True, description="New pie")
        self.assertEqual(self.card._get_portal_debts(), [(newer, 10), (lost, 5)])
        page = self._get(f"/my/loyalty/{self.card.id}", self.owner).text
        self.assertIn("Points owed", page)
        for text in ("Old pie", "New pie"):
            self.assertIn(text, page)
        self._post(issued=50)
        self.assertEqual(self.card._get_portal_debts(), [])
        self.assertNotIn("Points owed", self._get(f"/my/loyalty/{self.card.id}", self.owner).text)

    def test_blocked_card_shows_no_barcode(self):
        self.card._block("The customer shouted")
        page = self._get(f"/my/loyalty/{self.card.id}", self.owner).text
        self.assertIn("This card is blocked", page)
        self.assertNotIn("barcode_type", page)
        self.assertNotIn("shouted", page)

    def test_rewards_within_reach(self):
        self.program.reward_ids = [
            Command.clear(),
            Command.create({"required_points": 50}),
            Command.create({"required_points": 200}),
        ]
        self._post(issued=80)
        rewards = self.card._get_portal_rewards()
        self.assertEqual([missing for _reward, missing in rewards], [0.0, 120.0])
        page = self._get(f"/my/loyalty/{self.card.id}", self.owner).text
        self.assertIn("You can have it now", page)
        self.assertIn(f"120 {self.card.point_name}", page)

    def test_tier_and_the_way_to_the_next(self):
        silver = self.env["loyalty.tier"].create(
            {
                "program_id": self.program.id,
                "name": "Silver",
                "threshold": 100,
                "benefits": "Coffee on the house",
            }
        )
        page = self._get(f"/my/loyalty/{self.card.id}", self.owner).text
        self.assertIn(self.card._get_next_tier_text(), page)
        self.card.sudo().tier_id = silver
        page = self._get(f"/my/loyalty/{self.card.id}", self.owner).text
        self.assertIn("Coffee on the house", page)
        self.assertIn("Silver", self._get("/my/loyalty", self.owner).text)

    def test_link_for_friends(self):
        self.assertNotIn("loyalty/join", self._get(f"/my/loyalty/{self.card.id}", self.owner).text)
        self.program.write({"referral_active": True, "referral_friend_points": 70})
        page = self._get(f"/my/loyalty/{self.card.id}", self.owner).text
        self.assertIn(self.card.referral_url, page)
        self.assertIn(f"70 {self.card.point_name}", page)
        self.card._block("Lost")
        self.assertNotIn("loyalty/join", self._get(f"/my/loyalty/{self.card.id}", self.owner).text)

    def test_card_of_the_company(self):
        company = self.env["res.partner"].create({"name": "Bakery", "is_company": True})
        colleague = self.env["res.partner"].create({"name": "Dulma", "parent_id": company.id})
        shared = self._create_card(company)
        self.owner.partner_id.parent_id = company
        url = f"/my/loyalty/{shared.id}"
        self.assertNotIn(url, self._get("/my/loyalty", self.owner).text)
        self.assertTrue(self.url_open(url).url.endswith("/my/loyalty"))
        shared.is_shared = True
        self._post(shared, issued=300, partner_id=colleague.id)
        self.assertIn(url, self.url_open("/my/loyalty").text)
        for address in (url, f"/my/loyalty_card/{shared.id}/history"):
            page = self.url_open(address).text
            self.assertIn("Dulma", page)
            self.assertIn("300 ", page)
        shared.contact_limit = 50
        self._post(shared, kind="redeem", used=20, partner_id=self.owner.partner_id.id)
        self.assertIn(f"30 {shared.point_name}", self.url_open(url).text)
        for address in ("/my/loyalty", url, f"/my/loyalty_card/{shared.id}/history"):
            self.assertNotIn("Dulma", self._get(address, self.stranger).text)

    def test_queries_do_not_grow_with_lines(self):
        def count():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.card._get_portal_waiting_lots().history_id.mapped("description")
            self.card._get_portal_debts()
            self.card._get_portal_expirations()
            return self.env.cr.sql_log_count - before

        orders = self.env["sale.order"].create(
            [{"partner_id": self.owner.partner_id.id} for _number in range(20)]
        )
        self.card._post_points(
            [
                {
                    "card_id": self.card.id,
                    "kind": "earn",
                    "issued": 5,
                    "pending": True,
                    "description": "Order",
                    "order_model": "sale.order",
                    "order_id": orders[0].id,
                }
            ]
        )
        few = count()
        self.card._post_points(
            [
                {
                    "card_id": self.card.id,
                    "kind": "earn",
                    "issued": 5,
                    "pending": True,
                    "description": "Order",
                    "order_model": "sale.order",
                    "order_id": order.id,
                }
                for order in orders[1:]
            ]
        )
        self.assertLessEqual(count(), few + 2)
