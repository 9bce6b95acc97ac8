from datetime import timedelta

from odoo import fields
from odoo.http import Request
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
            data["csrf_token"] = Request.csrf_token(self)
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

    def test_link_goes_on_for_a_contact_made_for_the_complaint(self):
        """A first answer makes a contact of the address: nothing else is his that could be seen."""
        token = self.nameless.access_token
        values = {"name": "Somebody", "email": self.nameless.email}
        made_for, with_order = self.env["res.partner"].create([values, values])
        self.env["sale.order"].create({"partner_id": with_order.id})
        self.nameless.partner_id = made_for
        self.assertEqual(self.nameless.access_token, token)
        self.nameless.partner_id = with_order
        self.assertFalse(self.nameless.access_token)


@tagged("post_install", "-at_install")
class TestComplaintSolution(ComplaintPortalCommon):
    """The customer's word on the solution: confirmed, contested, rated."""

    def setUp(self):
        super().setUp()
        self.all.stage_id = self.stage_closed
        self.own.resolution = "<p>The recipe was changed.</p>"

    def _get_url(self, complaint, action="", token=None):
        url = f"/my/complaints/{complaint.id}{action}"
        return f"{url}?access_token={token}" if token else url

    def test_solution_is_shown_when_it_is_given(self):
        url = self._get_url(self.own)
        self.assertIn("The recipe was changed.", self._get(url, self.portal_user).text)
        self.own.stage_id = self.stage_new
        page = self._get(url, self.portal_user).text
        self.assertNotIn("The recipe was changed.", page)
        self.assertNotIn("/confirm", page)

    def test_confirm(self):
        response = self._post(self._get_url(self.own, "/confirm"), self.portal_user)
        self.assertEqual(response.status_code, 303)
        self.assertTrue(self.own.confirmed_date)
        self.assertTrue(self.own.is_closed)
        note = self.own.message_ids[0]
        self.assertEqual(note.author_id, self.portal_user.partner_id)
        page = self._get(response.headers["Location"], self.portal_user).text
        self.assertIn("We are glad that it is solved.", page)
        self.assertIn("You confirmed this on", page)
        # reopening makes the question open again
        self.own.stage_id = self.stage_new
        self.assertFalse(self.own.confirmed_date)

    def test_contest(self):
        url = self._get_url(self.own, "/contest")
        response = self._post(url, self.portal_user, reason=" \x00 ")
        self.assertEqual(response.status_code, 422)
        self.assertIn("Please tell us what is still wrong.", response.text)
        self.assertTrue(self.own.is_closed)
        response = self._post(url, self.portal_user, reason="Still <b>too</b> sweet")
        self.assertEqual(response.status_code, 303)
        self.assertFalse(self.own.is_closed)
        self.assertEqual(self.own.reopen_count, 1)
        self.assertTrue(self.own.awaiting_since)
        message = self.own.message_ids.filtered(
            lambda message: message.author_id == self.portal_user.partner_id
        )
        self.assertEqual(len(message), 1)
        self.assertIn("Still &lt;b&gt;too&lt;/b&gt; sweet", message.body)
        self.assertFalse(message.subtype_id.internal)
        # a second click finds it open
        response = self._post(url, self.portal_user, reason="Again")
        self.assertIn("We are still working on this.", response.text)
        self.assertEqual(self.own.reopen_count, 1)

    def test_contest_too_late(self):
        self.own.closed_date = fields.Datetime.now() - timedelta(days=400)
        page = self._get(self._get_url(self.own), self.portal_user).text
        self.assertNotIn("/contest", page)
        response = self._post(self._get_url(self.own, "/contest"), self.portal_user, reason="No")
        self.assertIn("closed too long ago", response.text)
        self.assertTrue(self.own.is_closed)

    def test_writer_without_account_decides_by_his_link(self):
        token = self.nameless.access_token
        self._post(self._get_url(self.nameless, "/contest", token), reason="It is not")
        self.assertFalse(self.nameless.is_closed)
        message = self.nameless.message_ids.filtered(lambda message: "It is not" in message.body)
        self.assertFalse(message.author_id)
        self.assertEqual(message.email_from, '"Somebody" <somebody@elsewhere.example.com>')
        self.nameless.stage_id = self.stage_closed
        self._post(self._get_url(self.nameless, "/confirm", token))
        self.assertTrue(self.nameless.confirmed_date)

    def test_rate(self):
        for user, token, complaint in (
            (self.portal_user, None, self.own),
            (None, self.nameless.access_token, self.nameless),
        ):
            with self.subTest(complaint=complaint.name):
                url = self._get_url(complaint, "/rate", token)
                self.assertEqual(self._post(url, user, rate="4").status_code, 422)
                link = self._post(url, user, rate="5").headers["Location"]
                self.assertIn("/rate/", link)
                feedback_page = self.url_open(link)
                self.assertEqual(feedback_page.status_code, 200)
                token_of_rating = link.split("/")[-2]
                self._post(
                    f"/rate/{token_of_rating}/submit_feedback", user, rate="5", feedback="Kind"
                )
                self.assertEqual(complaint.rating_last_value, 5)
                page = self._get(self._get_url(complaint, token=token), user).text
                self.assertIn("Kind", page)
                # once: a second time changes it
                again = self._post(url, user, rate="1").headers["Location"]
                self.assertEqual(again.split("/")[-2], token_of_rating)
        self.own.stage_id = self.stage_new
        response = self._post(self._get_url(self.own, "/rate"), self.portal_user, rate="5")
        self.assertEqual(response.status_code, 422)

    def test_who_may_not(self):
        for user, complaint, token in (
            (None, self.own, None),
            (None, self.own, self.foreign.access_token),
            (None, self.own, "nonsense"),
            (self.stranger, self.own, None),
            (self.portal_user, self.foreign, None),
            (self.portal_user, self.elsewhere, None),
            (self.portal_user, self.Complaint.browse(10**9), None),
            # colleagues look at the page, and decide nothing on it
            (self.service_user, self.own, None),
            (self.service_user, self.own, self.own.access_token),
        ):
            for action, values in (
                ("/confirm", {}),
                ("/contest", {"reason": "No"}),
                ("/rate", {"rate": "1"}),
            ):
                with self.subTest(user=user and user.login, action=action, token=token):
                    response = self._post(self._get_url(complaint, action, token), user, **values)
                    self.assertNotIn("done=", response.headers.get("Location", ""))
                    self.assertNotIn("/rate/", response.headers.get("Location", ""))
                    self.assertIn(response.status_code, (303, 404, 422))
        self.assertFalse(any(self.all.mapped("confirmed_date")))
        self.assertTrue(all(self.all.mapped("is_closed")))
        self.assertFalse(self.all.rating_ids)

    def test_nothing_by_get_or_without_csrf_token(self):
        for action in ("/confirm", "/contest", "/rate"):
            url = self._get_url(self.own, action)
            with self.subTest(action):
                self.assertEqual(self._get(url, self.portal_user).status_code, 405)
                with self.assertLogs("odoo.http", "WARNING"):
                    response = self._post(url, self.portal_user, csrf=False, reason="x", rate="5")
                self.assertEqual(response.status_code, 400)
        self.assertFalse(self.own.confirmed_date)
        self.assertTrue(self.own.is_closed)

    def test_archived_is_gone(self):
        self.own.active = False
        for url, user in (
            (self._get_url(self.own), self.portal_user),
            (self._get_url(self.own, token=self.own.access_token), None),
        ):
            self.assertEqual(self._get(url, user).status_code, 404)
        self._post(self._get_url(self.own, "/confirm"), self.portal_user)
        self.assertFalse(self.own.confirmed_date)

    def test_merged_leads_to_where_it_went(self):
        target, foreign_target = self.Complaint.create(
            [
                {"name": "The same again", "partner_id": self.colleague.id},
                {"name": "Of others", "partner_id": self.other_customer.id},
            ]
        )
        self.own.stage_id = self.stage_new
        token = self.own.access_token
        self.own._merge_into(target)
        response = self._get(self._get_url(self.own), self.portal_user)
        self.assertTrue(response.url.endswith(f"/my/complaints/{target.id}"))
        url = self._get_url(self.own, token=token)
        signed = f"{url}&pid={self.contact.id}&hash={self.own._sign_token(self.contact.id)}"
        self.assertIn("The same again", self._get(signed).text)
        # a link alone may be that of the public form, shown to whoever typed the address
        self.assertNotIn("The same again", self._get(url).text)
        # the link of one customer does not open what belongs to another
        self.nameless.stage_id = self.stage_new
        self.nameless._merge_into(foreign_target, allow_other_customers=True)
        response = self._get(self._get_url(self.nameless, token=self.nameless.access_token))
        self.assertEqual(response.status_code, 404)
        self.assertNotIn("Of others", response.text)
