from lxml import html

from odoo import http
from odoo.tests import HttpCase, new_test_user, tagged

from .complaint_common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestSuggestionsBoard(ComplaintCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Complaint.search([]).is_published = False
        cls.own, cls.foreign, cls.hidden, cls.elsewhere = (
            cls._create_complaint(
                name=f"Secret subject {number}",
                description="<p>Secret text</p>",
                kind="suggestion",
                partner_id=partner.id,
                public_name=name,
                public_description="<script>alert(1)</script> & more",
                public_answer=answer,
                company_id=company.id,
            )
            for number, (name, partner, answer, company) in enumerate(
                [
                    ("Pies on Saturdays", cls.contact, False, cls.env.company),
                    ("Less sugar", cls.other_customer, "Half of it.", cls.env.company),
                    ("Not yet read", cls.other_customer, False, cls.env.company),
                    ("Far away", cls.other_customer, False, cls.other_company),
                ]
            )
        )
        (cls.own | cls.foreign | cls.elsewhere).is_published = True
        new_test_user(cls.env, "board_outsider", groups="base.group_portal")
        cls.env.flush_all()

    def _get(self, path):
        response = self.url_open(path, allow_redirects=False)
        return response.status_code, response.text

    def _names(self, path):
        _status, text = self._get(path)
        return [name.text for name in html.fromstring(text).xpath("//article//h2/a")]

    def _post(self, path, **data):
        data.setdefault("csrf_token", http.Request.csrf_token(self))
        return self.url_open(path, data=data, allow_redirects=False)

    def test_anonymous_reads_what_is_published(self):
        self.authenticate(None, None)
        status, text = self._get("/suggestions")
        self.assertEqual(status, 200)
        for shown in ("Pies on Saturdays", "Less sugar", "Half of it.", "Heard"):
            self.assertIn(shown, text)
        for secret in ("Not yet read", "Far away", "Secret", "Sarnai", "Steppe", "<script>alert"):
            self.assertNotIn(secret, text)
        self.assertNotIn("/vote", text)
        self.assertEqual(self._get(f"/suggestions/{self.own.id}")[0], 200)
        for suggestion in (self.hidden, self.elsewhere):
            self.assertEqual(self._get(f"/suggestions/{suggestion.id}")[0], 404)
        self.assertEqual(self._get("/suggestions/999999999")[0], 404)

    def test_anonymous_cannot_vote(self):
        self.authenticate(None, None)
        self.assertIn("/web/login", self._get("/my/suggestions")[1])
        response = self._post(f"/my/suggestions/{self.own.id}/vote")
        self.assertIn("/web/login", response.headers["Location"])
        self.assertFalse(self.own.vote_ids)

    def test_customer_votes_and_withdraws(self):
        self.authenticate("complaint_portal", "complaint_portal")
        self.assertIn("Your own", self._get(f"/suggestions/{self.own.id}")[1])
        path = f"/my/suggestions/{self.foreign.id}"
        for _time in range(2):
            response = self._post(f"{path}/vote", sortby="newest", page="1", search="sugar")
            self.assertEqual(response.status_code, 303)
            self.assertEqual(
                response.headers["Location"].partition("/my")[2],
                f"/suggestions/page/1?sortby=newest&search=sugar#suggestion-{self.foreign.id}",
            )
        self.assertEqual(self.foreign.vote_count, 2)
        self.assertEqual(self.foreign.vote_ids.partner_id, self.portal_user.partner_id)
        self.assertIn("/withdraw", self._get("/my/suggestions")[1])
        self._post(f"{path}/withdraw")
        self.assertEqual(self.foreign.vote_count, 1)

    def test_one_voice_for_each_customer(self):
        new_test_user(self.env, "board_colleague", groups="base.group_portal")
        colleague = self.env["res.users"].search([("login", "=", "board_colleague")])
        colleague.partner_id.parent_id = self.portal_user.commercial_partner_id
        for login in ("complaint_portal", "board_colleague"):
            self.authenticate(login, login)
            self._post(f"/my/suggestions/{self.foreign.id}/vote")
        self.assertEqual(self.foreign.vote_count, 2)

    def test_nobody_votes_for_what_he_cannot_see(self):
        self.authenticate("board_outsider", "board_outsider")
        for suggestion in (self.hidden, self.elsewhere, self._create_complaint()):
            for act in ("vote", "withdraw"):
                response = self._post(f"/my/suggestions/{suggestion.id}/{act}")
                self.assertEqual(response.status_code, 404)
            self.assertFalse(suggestion.vote_ids)
        status = self.url_open(f"/my/complaints/{self.foreign.id}").status_code
        self.assertEqual(status, 404, "Published, but the rest of it stays its author's")

    def test_votes_need_a_token_and_a_post(self):
        self.authenticate("complaint_portal", "complaint_portal")
        with self.assertLogs("odoo.http"):
            response = self._post(f"/my/suggestions/{self.foreign.id}/vote", csrf_token="wrong")
        self.assertEqual(response.status_code, 400)
        self.assertEqual(self._get(f"/my/suggestions/{self.foreign.id}/vote")[0], 405)
        self.assertFalse(self.foreign.vote_ids)

    def test_colleagues_read_and_are_not_counted(self):
        self.authenticate("complaint_manager", "complaint_manager")
        self.assertNotIn("/vote", self._get("/my/suggestions")[1])
        self._post(f"/my/suggestions/{self.foreign.id}/vote")
        self.assertFalse(self.foreign.vote_ids)

    def test_order_search_and_strange_parameters(self):
        self.authenticate("complaint_portal", "complaint_portal")
        self.foreign._vote(self.colleague)
        by_votes = ["Less sugar", "Pies on Saturdays"]
        self.assertEqual(self._names("/my/suggestions"), by_votes)
        self.assertEqual(self._names("/my/suggestions?search=HALF"), ["Less sugar"])
        self.assertEqual(self._names("/my/suggestions?search=secret"), [])
        for path in (
            "/my/suggestions?sortby=vote_count;--&search=%00",
            "/my/suggestions/page/99999999999999999999",
            "/my/suggestions/page/-1",
            "/my/suggestions/page/x",
            "/suggestions/page/0?page=x&unknown=1",
            "/suggestions?search=" + "%25" * 10 + "&search_in=all",
        ):
            with self.subTest(path):
                status, _text = self._get(path)
                self.assertEqual(status, 200)
        self.assertEqual(self._names("/my/suggestions?sortby=nothing"), by_votes)
        self.assertEqual(len(self._names("/my/suggestions?sortby=newest")), 2)

    def test_pages(self):
        self.Complaint.create(
            [
                {"name": "x", "kind": "suggestion", "public_name": f"S{n}", "is_published": True}
                for n in range(25)
            ]
        )
        self.authenticate("complaint_portal", "complaint_portal")
        first, second = self._names("/my/suggestions"), self._names("/my/suggestions/page/2")
        self.assertEqual((len(first), len(second)), (20, 7))
        self.assertFalse(set(first) & set(second))

    def test_card_on_the_home_page(self):
        self.authenticate("complaint_portal", "complaint_portal")
        self.assertIn('href="/my/suggestions"', self._get("/my/home")[1])
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["suggestion_count", "complaint_count"]}
        )
        self.assertEqual(counters["suggestion_count"], 2)
