from odoo import http
from odoo.http import request
from odoo.tools import email_normalize, plaintext2html

from .form_input import FILE_TYPES, FormInput, TextField
from .portal_form import get_kinds

TEXT_FIELDS = (
    TextField("kind", 20),
    TextField("partner_name", 100),
    TextField("email", 254),
    TextField("phone", 40, required=False),
    TextField("order_reference", 40, required=False),
    TextField("name", 150),
    TextField("description", 5000, is_long=True),
)
# People do not see this field, and programs that fill in every form they find do not know that.
TRAP_FIELD = "homepage"
# What the thank-you page shows, kept in the visitor's session
SESSION_KEY = "complaint_form_filed"


class ComplaintForm(http.Controller):
    """The form for everybody: no account, no website needed.

    Whoever fills it in is kept as the name and the address he typed. He is linked to no contact and
    no order, however well they match: his link would then speak in the name of whomever he named.
    A colleague chooses the customer, which ends that link; the next mail brings a new one.
    """

    @http.route("/complaint", type="http", auth="public", website=True, methods=["GET"])
    def complaint_form(self, kind=None, **_params):
        self._check_enabled()
        kind = kind if kind in get_kinds() else "complaint"
        user = request.env.user
        if user._is_portal():
            return request.redirect(f"/my/complaints/new?kind={kind}")
        return self._render_form({"kind": kind}, {})

    @http.route("/complaint", type="http", auth="public", website=True, methods=["POST"])
    def complaint_form_submit(self, **params):
        self._check_enabled()
        form = FormInput(params, TEXT_FIELDS)
        if form.texts["kind"] not in get_kinds():
            form.errors["kind"] = self.env._("Please choose one of these.")
        email = email_normalize(form.texts["email"])
        if "email" not in form.errors and not email:
            form.errors["email"] = self.env._(
                "This is no e-mail address. Example: name@example.com"
            )
        if form.errors:
            return self._render_form(form.texts, form.errors, status=422)
        if params.get(TRAP_FIELD):
            request.session[SESSION_KEY] = False
            return request.redirect("/complaint/thanks")
        if not self._is_within_limit():
            return self._refuse_for_now(form.texts)
        complaint = self._create_complaint({**form.texts, "email": email}, form.files)
        # The link of today: once a customer is chosen, the one of then is his.
        request.session[SESSION_KEY] = {
            "number": complaint.number,
            "email": complaint.email,
            "url": complaint.get_portal_url(),
        }
        return request.redirect("/complaint/thanks")

    @http.route("/complaint/thanks", type="http", auth="public", website=True, methods=["GET"])
    def complaint_form_thanks(self, **_params):
        if SESSION_KEY not in request.session:
            return request.redirect("/complaint")
        return request.render(
            "crm_extended.complaint_form_thanks", {"filed": request.session[SESSION_KEY]}
        )

    def _check_enabled(self):
        # sudo: visitors read no companies
        if not request.env.company.sudo().complaint_form_enabled:
            raise request.not_found()

    def _is_within_limit(self):
        limit = request.env.company.sudo().complaint_form_limit
        return request.env["crm.complaint.form.attempt"]._count_use(
            request.httprequest.remote_addr, limit
        )

    def _refuse_for_now(self, typed):
        message = self.env._(
            "You have written to us several times in the last hour. "
            "Please send this later: nothing that you typed here is lost while the page stays open."
        )
        response = self._render_form(typed, {"": message}, status=429)
        response.headers["Retry-After"] = "3600"
        return response

    def _create_complaint(self, texts, files):
        # sudo: visitors write no complaints but by this form, which sets these values and no more
        complaint = (
            request.env["crm.complaint"]
            .sudo()
            .create(
                {
                    **texts,
                    "channel": "web",
                    "description": plaintext2html(texts["description"]),
                    "partner_id": False,
                    "company_id": request.env.company.id,
                }
            )
        )
        complaint._post_files_of_customer(files)
        complaint._send_receipt()
        return complaint

    def _render_form(self, typed, errors, status=200):
        values = {
            "kinds": get_kinds(),
            "typed": typed,
            "errors": errors,
            "limits": {field.name: field.max_length for field in TEXT_FIELDS},
            "file_types": ",".join(FILE_TYPES),
            "trap_field": TRAP_FIELD,
        }
        return request.render("crm_extended.complaint_form", values, status=status)
