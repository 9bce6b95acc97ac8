from base64 import b64encode

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from .contract_common import ContractCommon


class ContractPortalCommon(ContractCommon, HttpCase):
    """Contracts of the portal user's company, of somebody else, and of another company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal_user, cls.stranger = (cls._new_portal_user(name) for name in ("Anu", "Bold"))
        cls.portal_user.partner_id.parent_id = cls.partner
        cls.own = cls._new_contract(
            name="Supply of pies",
            date_end=cls._day(100),
            notice_days=30,
            amount_total=1234,
            text="<p>The oven is ours.</p>",
            signed_file=b64encode(b"With both names"),
            signed_file_name="signed.html",
            is_signed_file_visible_portal=True,
        )
        document = {
            "kind": "document",
            "document_file": b64encode(b"All is well"),
            "document_file_name": "report.html",
        }
        cls.visible = cls._new_term(
            cls.own, name="Send the report", is_visible_portal=True, **document
        )
        cls.hidden = cls._new_term(cls.own, name="Ask for a discount", **document)
        cls.draft = cls._new_contract(name="Still a secret", state="draft")
        cls.foreign = cls._new_contract(
            name="Their cloth", partner_id=cls.stranger.partner_id.id, text="<p>Cloth</p>"
        )
        other_company = cls.env["res.company"].create({"name": "Second Company"})
        cls.elsewhere = (
            cls.env["crm.contract"]
            .with_context(allowed_company_ids=[cls.company.id, other_company.id])
            .create(
                {
                    "name": "Far away",
                    "partner_id": cls.partner.id,
                    "company_id": other_company.id,
                    "user_id": False,
                    "date_end": cls._day(100),
                    "state": "running",
                }
            )
        )
        cls.all = cls.own | cls.draft | cls.foreign | cls.elsewhere
        for contract in cls.all:
            contract._portal_ensure_token()

    @classmethod
    def _new_portal_user(cls, name):
        return new_test_user(
            cls.env,
            f"contract_{name.lower()}",
            "base.group_portal",
            name=name,
            company_id=cls.company.id,
            company_ids=[fields.Command.set(cls.company.ids)],
        )

    def _get(self, url, user=None, **kwargs):
        self.authenticate(user and user.login, user and user.login)
        return self.url_open(url, **kwargs)


@tagged("post_install", "-at_install")
class TestContractPortal(ContractPortalCommon):
    def test_list_shows_own_only(self):
        page = self._get("/my/contracts", self.portal_user).text
        self.assertIn("Supply of pies", page)
        for contract in self.all - self.own:
            self.assertNotIn(contract.name, page)
        self.assertIn("/web/login", self._get("/my/contracts").url)

    def test_list_shows_what_has_ended_for_a_year(self):
        self._new_contract(
            name="Last winter",
            state="expired",
            date_start=self._day(-800),
            date_end=self._day(-200),
        )
        self._new_contract(
            name="Long ago", state="expired", date_start=self._day(-800), date_end=self._day(-400)
        )
        stopped = self._new_contract(name="Stopped", date_end=False)
        stopped.action_terminate()
        page = self._get("/my/contracts", self.portal_user).text
        for name, is_shown in (("Last winter", True), ("Stopped", True), ("Long ago", False)):
            self.assertEqual(name in page, is_shown, name)
        page = self._get("/my/contracts?filterby=running", self.portal_user).text
        self.assertIn("Supply of pies", page)
        self.assertNotIn("Last winter", page)
        page = self._get("/my/contracts?filterby=ended&sortby=name", self.portal_user).text
        self.assertNotIn("Supply of pies", page)
        self.assertIn("Last winter", page)

    def test_list_in_pages(self):
        self.env["crm.contract"].create(
            [
                {
                    "name": f"Pie {number}",
                    "partner_id": self.partner.id,
                    "company_id": self.company.id,
                    "date_end": self._day(number + 1),
                    "state": "running",
                }
                for number in range(25)
            ]
        )
        first = self._get("/my/contracts", self.portal_user).text
        second = self._get("/my/contracts/page/2", self.portal_user).text
        self.assertIn("Pie 0<", first)
        self.assertIn("/my/contracts/page/2", first)
        self.assertNotIn("Pie 0<", second)
        self.assertIn("Pie 24<", second)

    def test_list_takes_any_parameters(self):
        for query in (
            "/page/2",
            "/page/0",
            "/page/-1",
            "/page/abc",
            "/page/²",
            "/page/99999999999999999999999",
            "/page/" + "9" * 5000,
            "?sortby=nothing&filterby=nothing",
            "?sortby=end&sortby=name&page=x",
            "?sortby=%00",
            "?filterby=%ff%fe'%22%25_",
        ):
            with self.subTest(query):
                response = self._get(f"/my/contracts{query}", self.portal_user)
                self.assertEqual(response.status_code, 200)

    def test_home_counts(self):
        self.authenticate(self.portal_user.login, self.portal_user.login)
        counters = self.make_jsonrpc_request("/my/counters", {"counters": ["contract_count"]})
        self.assertEqual(counters, {"contract_count": 1})
        self.assertIn("/my/contracts", self.url_open("/my").text)
        self.authenticate("contract_user", "contract_user")
        counters = self.make_jsonrpc_request("/my/counters", {"counters": ["contract_count"]})
        self.assertEqual(counters, {"contract_count": 0})

    def test_page_opens_for_whom_it_belongs_to(self):
        for suffix in ("", "/text", "/signed"):
            for user, contract, token, is_open in (
                (self.portal_user, self.own, None, True),
                (self.portal_user, self.own, "nonsense", True),
                (self.portal_user, self.foreign, None, False),
                (self.portal_user, self.foreign, self.own.access_token, False),
                (self.portal_user, self.draft, None, False),
                (self.portal_user, self.draft, self.draft.access_token, False),
                (self.portal_user, self.elsewhere, None, False),
                (self.user, self.draft, None, False),
                (self.user, self.own, None, True),
                (self.stranger, self.own, None, False),
                (self.stranger, self.own, "nonsense", False),
                (self.stranger, self.own, "ключ", False),
                (self.stranger, self.own, self.own.access_token, True),
                (None, self.own, self.own.access_token, True),
                (None, self.own, self.foreign.access_token, False),
                (None, self.own, "nonsense", False),
                (None, self.draft, self.draft.access_token, False),
                (None, self.own.browse(10**9), "nonsense", False),
                (None, self.own.browse(10**30), "nonsense", False),
            ):
                with self.subTest(
                    user=user and user.login, contract=contract, token=token, suffix=suffix
                ):
                    url = f"/my/contracts/{contract.id}{suffix}"
                    url += f"?access_token={token}" if token else ""
                    response = self._get(url, user, allow_redirects=False)
                    self.assertEqual(response.status_code, 200 if is_open else 404)
                    if not is_open and contract.exists():
                        self.assertNotIn(contract.name, response.text)

    def test_visitor_without_link_is_asked_to_sign_in(self):
        for contract_id in (self.own.id, self.draft.id, 10**9):
            for suffix in ("", "/text", "/signed"):
                url = f"/my/contracts/{contract_id}{suffix}"
                response = self._get(url, allow_redirects=False)
                self.assertIn(
                    f"/web/login?redirect=/my/contracts/{contract_id}",
                    response.headers["Location"],
                )

    def test_nothing_is_changed_by_a_page(self):
        self.authenticate(self.portal_user.login, self.portal_user.login)
        for suffix in ("", "/text", "/signed"):
            response = self.url_open(f"/my/contracts/{self.own.id}{suffix}", data={"name": "No"})
            self.assertEqual(response.status_code, 405)

    def test_page_shows_what_was_agreed_and_nothing_else(self):
        self.own.tag_ids = self.env["crm.tag"].create({"name": "Difficult people"})
        self.own.message_post(body="Give in on the price", subtype_xmlid="mail.mt_note")
        self.own.message_post(body="Between us", subtype_xmlid="mail.mt_comment")
        page = self._get(f"/my/contracts/{self.own.id}", self.portal_user).text
        for shown in ("Supply of pies", "1,234", "Send the report", "The oven is ours."):
            self.assertIn(shown, page)
        self.assertIn(self.own.user_id.name, page)
        for internal in ("Ask for a discount", "Difficult people", "Give in", "Between us"):
            self.assertNotIn(internal, page)

    def test_log_is_not_read_by_id(self):
        log = self.own._message_log(body="They pay too much")
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            log.with_user(self.portal_user).read(["body"])

    def test_link_ends_when_the_contract_is_made_with_another(self):
        token = self.own.access_token
        self.own.partner_id = self.stranger.partner_id
        self.assertFalse(self.own.access_token)
        url = f"/my/contracts/{self.own.id}?access_token={token}"
        self.assertEqual(self._get(url).status_code, 404)

    def test_mail_has_a_button_to_what_can_be_opened_only(self):
        for contract, has_button in ((self.own, True), (self.draft, False)):
            with self.subTest(contract=contract.name):
                groups = contract._notify_get_recipients_groups(
                    self.env["mail.message"], "Contract", {}
                )
                button = {name: data.get("has_button_access") for name, _member, data in groups}
                self.assertEqual(bool(button["portal_customer"]), has_button)
                self.assertEqual(bool(button["portal"]), has_button)


@tagged("post_install", "-at_install")
class TestContractPortalDocuments(ContractPortalCommon):
    def _get_text_status(self):
        url = f"/my/contracts/{self.own.id}/text"
        return self._get(url, self.portal_user).status_code

    def test_signed_file_when_it_is_marked(self):
        url = f"/my/contracts/{self.own.id}/signed"
        response = self._get(url, self.portal_user)
        self.assertEqual(response.content, b"With both names")
        # whatever it holds, the browser saves it and does not open it on our address
        self.assertIn("attachment", response.headers["Content-Disposition"])
        self.assertIn("signed.html", response.headers["Content-Disposition"])
        self.own.is_signed_file_visible_portal = False
        self.assertEqual(self._get(url, self.portal_user).status_code, 404)
        page = self._get(f"/my/contracts/{self.own.id}", self.portal_user).text
        self.assertNotIn("/signed", page)

    def test_documents_of_visible_terms(self):
        other = self._new_term(self.foreign, is_visible_portal=True, document_file=b64encode(b"x"))
        bare = self._new_term(self.own, name="Nothing filed", is_visible_portal=True)
        response = self._get(
            f"/my/contracts/{self.own.id}/terms/{self.visible.id}", self.portal_user
        )
        self.assertEqual(response.content, b"All is well")
        self.assertIn("attachment", response.headers["Content-Disposition"])
        self.assertIn("report.html", response.headers["Content-Disposition"])
        for user, contract, term_id, token in (
            (self.portal_user, self.own, self.hidden.id, None),
            (self.portal_user, self.own, bare.id, None),
            (self.portal_user, self.own, other.id, None),
            (self.portal_user, self.own, 10**30, None),
            (self.portal_user, self.foreign, other.id, None),
            (self.portal_user, self.foreign, other.id, self.own.access_token),
            (self.stranger, self.own, self.visible.id, None),
            (None, self.own, self.visible.id, "nonsense"),
            (None, self.own, self.visible.id, self.foreign.access_token),
            (None, self.own, self.hidden.id, self.own.access_token),
        ):
            with self.subTest(user=user and user.login, term=term_id, token=token):
                url = f"/my/contracts/{contract.id}/terms/{term_id}"
                response = self._get(f"{url}?access_token={token}" if token else url, user)
                self.assertEqual(response.status_code, 404)
        url = f"/my/contracts/{self.own.id}/terms/{self.visible.id}"
        self.assertEqual(self._get(f"{url}?access_token={self.own.access_token}").status_code, 200)
        response = self._get(url, allow_redirects=False)
        self.assertIn("/web/login", response.headers["Location"])

    def test_text_with_blanks_is_not_shown(self):
        self.assertEqual(self._get_text_status(), 200)
        self.own.text = "<p>It ends on {{ nothing_known }}.</p>"
        self.assertEqual(self._get_text_status(), 404)
        page = self._get(f"/my/contracts/{self.own.id}", self.portal_user).text
        self.assertNotIn("nothing_known", page)
        self.own.text = False
        self.assertEqual(self._get_text_status(), 404)

    def test_text_when_it_is_approved(self):
        template = self.env["crm.contract.template"].create(
            {"name": "Supply", "company_id": self.company.id, "approval_required": True}
        )
        self.own.template_id = template
        self.assertEqual(self._get_text_status(), 404)
        self.own.action_request_approval()
        self.assertEqual(self._get_text_status(), 404)
        self.own.with_user(self.manager).action_approve()
        self.assertEqual(self._get_text_status(), 200)
        # while a change waits for its approval, what was approved before still binds
        self.own.action_new_version()
        self.own.text = "<p>The oven is yours.</p>"
        for url in (f"/my/contracts/{self.own.id}", f"/my/contracts/{self.own.id}/text"):
            page = self._get(url, self.portal_user).text
            self.assertIn("The oven is ours.", page)
            self.assertNotIn("The oven is yours.", page)
