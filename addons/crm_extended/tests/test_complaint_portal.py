from odoo.tests import HttpCase, new_test_user, tagged

from .complaint_common import ComplaintCommon


class ComplaintPortalCommon(ComplaintCommon, HttpCase):
    """Complaints of the portal user's company, of somebody else, of nobody, of another company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls._create_complaint(partner_id=cls.contact.id, name="Our pie")
        cls.foreign = cls._create_complaint(partner_id=cls.other_customer.id, name="Their cloth")
        cls.nameless = cls._create_complaint(
            partner_name="Somebody", email="somebody@elsewhere.example.com", name="A word"
        )
        cls.elsewhere = cls._create_complaint(
            partner_id=cls.contact.id, company_id=cls.other_company.id, name="Far away"
        )
        cls.all = cls.own | cls.foreign | cls.nameless | cls.elsewhere
        for complaint in cls.all:
            complaint._portal_ensure_token()
        cls.stranger = new_test_user(
            cls.env, "complaint_stranger", groups="base.group_portal", name="Stranger"
        )

    def _get(self, url, user=None, **kwargs):
        self.authenticate(user and user.login, user and user.login)
        return self.url_open(url, **kwargs)

    def _post(self, url, user=None, csrf=True, **data):
        self.authenticate(user and user.login, user and user.login)
        if csrf:
            data["csrf_token"] = self.csrf_token()
        return self.url_open(url, data=data, allow_redirects=False)


@tagged("post_install", "-at_install")
class TestComplaintPortal(ComplaintPortalCommon):
    def test_list_shows_own_only(self):
        page = self._get("/my/complaints", self.portal_user).text
        self.assertIn("Our pie", page)
        for complaint in self.all - self.own:
            self.assertNotIn(complaint.name, page)
        self.assertIn("/web/login", self._get("/my/complaints").url)

    def test_list_takes_any_parameters(self):
        for query in (
            "/page/2",
            "/page/0",
            "/page/-1",
            "/page/abc",
            "/page/²",
            "/page/99999999999999999999999",
            "?sortby=nothing&filterby=nothing&search_in=nothing",
            "?sortby=date&sortby=name&search=a&search=b",
            "?search=%00&page=x",
            "?search=%ff%fe'%22%25_\\",
            "?search=" + "x" * 2000,
            "?filterby=open",
            "?filterby=closed",
            "?filterby=praise&sortby=stage",
        ):
            with self.subTest(query):
                response = self._get(f"/my/complaints{query}", self.portal_user)
                self.assertEqual(response.status_code, 200)

    def test_page_opens_for_whom_it_belongs_to(self):
        for user, complaint, token, is_open in (
            (self.portal_user, self.own, None, True),
            (self.portal_user, self.own, "nonsense", True),
            (self.portal_user, self.foreign, None, False),
            (self.portal_user, self.foreign, self.own.access_token, False),
            (self.portal_user, self.nameless, None, False),
            (self.portal_user, self.elsewhere, None, False),
            (self.stranger, self.own, None, False),
            (self.stranger, self.own, "nonsense", False),
            (self.stranger, self.own, "ключ", False),
            (self.stranger, self.own, self.own.access_token, True),
            (None, self.own, self.own.access_token, True),
            (None, self.nameless, self.nameless.access_token, True),
            (None, self.elsewhere, self.elsewhere.access_token, True),
            (None, self.own, self.foreign.access_token, False),
            (None, self.own, "nonsense", False),
            (None, self.Complaint.browse(10**9), "nonsense", False),
        ):
            with self.subTest(user=user and user.login, complaint=complaint, token=token):
                url = f"/my/complaints/{complaint.id}"
                response = self._get(f"{url}?access_token={token}" if token else url, user)
                self.assertEqual(response.status_code, 200 if is_open else 404)
                self.assertEqual(is_open and complaint.name in response.text, is_open)

    def test_visitor_without_link_is_asked_to_sign_in(self):
        for complaint_id in (self.own.id, 10**9):
            response = self._get(f"/my/complaints/{complaint_id}", allow_redirects=False)
            self.assertIn(
                f"/web/login?redirect=/my/complaints/{complaint_id}", response.headers["Location"]
            )

    def test_link_ends_when_the_customer_is_another_one(self):
        token = self.nameless.access_token
        self.nameless.partner_id = self.contact
        self.assertFalse(self.nameless.access_token)
        url = f"/my/complaints/{self.nameless.id}?access_token={token}"
        self.assertEqual(self._get(url).status_code, 404)
