from odoo.tests import tagged

from .test_complaint_portal import ComplaintPortalCommon


@tagged("post_install", "-at_install")
class TestComplaintPortalForm(ComplaintPortalCommon):
    """What a signed-in customer files about his own orders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bread = cls.env["product.product"].create({"name": "Rye Bread"})
        for order, product in ((cls.order, cls.product), (cls.other_order, cls.bread)):
            order.order_line = [
                (0, 0, {"product_id": product.id}),
                (0, 0, {"display_type": "line_note", "name": "A note"}),
            ]
            order.action_confirm()
        cls.line, cls.note = cls.order.order_line
        cls.quotation = cls.env["sale.order"].create({"partner_id": cls.contact.id})
        cls.before = cls.Complaint.search([])

    def _file(self, user=None, **changes):
        data = {"kind": "complaint", "name": "Too sweet", "description": "Much <b>too</b> sweet"}
        return self._post("/my/complaints/new", user or self.portal_user, **{**data, **changes})

    def _get_filed(self):
        return self.Complaint.search([]) - self.before

    def test_form_offers_own_orders_only(self):
        page = self._get("/my/complaints/new?kind=praise", self.portal_user).text
        self.assertRegex(page, r'value="praise"[^>]* checked="checked"')
        self.assertIn(self.order.name, page)
        self.assertIn(f'value="{self.order.id}-{self.line.id}"', page)
        self.assertNotIn(f"-{self.note.id}", page)
        for name in (self.other_order.name, "Rye Bread", self.quotation.name):
            self.assertNotIn(name, page)
        self.assertIn("/web/login", self._get("/my/complaints/new").url)

    def test_form_takes_any_parameters(self):
        for query in ("kind=x&order_id=x", "order_id=%00", "order_id=²", "order_id=" + "9" * 40):
            with self.subTest(query):
                response = self._get(f"/my/complaints/new?{query}", self.portal_user)
                self.assertEqual(response.status_code, 200)

    def test_what_is_filed(self):
        response = self._file(about=f"{self.order.id}-{self.line.id}")
        complaint = self._get_filed()
        self.assertEqual(complaint.partner_id, self.portal_user.partner_id)
        self.assertEqual(complaint.order_id, self.order)
        self.assertEqual(complaint.order_line_id, self.line)
        self.assertEqual(complaint.product_id, self.product)
        self.assertEqual(complaint.channel, "portal")
        self.assertEqual(complaint.description, "<p>Much &lt;b&gt;too&lt;/b&gt; sweet</p>")
        page = self._get(response.headers["Location"], self.portal_user).text
        self.assertIn("We have received it", page)
        self.assertIn("Strawberry Pie", page)

    def test_about_the_whole_order_or_nothing(self):
        self._file(about=str(self.order.id))
        complaint = self._get_filed()
        self.assertEqual(complaint.order_id, self.order)
        self.assertFalse(complaint.product_id)
        self.before |= complaint
        self._file()
        self.assertFalse(self._get_filed().order_id)

    def test_what_is_refused(self):
        other_line = self.other_order.order_line[0]
        for changes in (
            {"about": str(self.other_order.id)},
            {"about": str(self.quotation.id)},
            {"about": f"{self.order.id}-{other_line.id}"},
            {"about": f"{self.order.id}-{self.note.id}"},
            {"about": "x"},
            {"about": "-1"},
            {"kind": "bribe"},
            {"name": ""},
            {"name": "x" * 151},
            {"description": " "},
        ):
            with self.subTest(changes=str(changes)[:40]):
                response = self._file(**changes)
                self.assertEqual(response.status_code, 422)
                self.assertFalse(self._get_filed())

    def test_values_beside_the_form_are_ignored(self):
        self._file(partner_id=self.other_customer.id, priority="3", stage_id=self.stage_closed.id)
        complaint = self._get_filed()
        self.assertEqual(complaint.partner_id, self.portal_user.partner_id)
        self.assertEqual(complaint.priority, "0")
        self.assertEqual(complaint.stage_id, self.stage_new)

    def test_nothing_without_csrf_token(self):
        with self.assertLogs("odoo.http", "WARNING"):
            response = self._post(
                "/my/complaints/new", self.portal_user, csrf=False, name="x", description="x"
            )
        self.assertEqual(response.status_code, 400)
        self.assertFalse(self._get_filed())
