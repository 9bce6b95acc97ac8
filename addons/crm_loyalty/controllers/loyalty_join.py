from odoo import http
from odoo.http import request
from odoo.tools import email_normalize

from odoo.addons.crm_extended.controllers.form_input import FormInput, TextField, clean_text

TEXT_FIELDS = (
    TextField("partner_name", 100),
    TextField("email", 254),
    TextField("phone", 40, required=False),
)
# People do not see this field, and programs that fill in every form they find do not know that.
TRAP_FIELD = "homepage"
# For each network address in an hour: a family at the kitchen table, not a program
JOIN_LIMIT = 10
# Longer than any code, also when it is typed with spaces
MAX_CODE = 64


class LoyaltyJoin(http.Controller):
    """Where the link of a card leads: a friend leaves name and address.

    The page says the same whoever comes: neither whose card it is, nor whether an e-mail is known,
    nor whether the friend will count.
    """

    @http.route(
        "/loyalty/join/<string:code>", type="http", auth="public", website=True, methods=["GET"]
    )
    def loyalty_join(self, code, **_params):
        card = self._find_card(code)
        if not card:
            return self._refuse_code()
        return self._render_form(card, {}, {})

    @http.route(
        "/loyalty/join/<string:code>", type="http", auth="public", website=True, methods=["POST"]
    )
    def loyalty_join_submit(self, code, **params):
        card = self._find_card(code)
        if not card:
            return self._refuse_code()
        form = FormInput(params, TEXT_FIELDS)
        email = email_normalize(form.texts["email"])
        if "email" not in form.errors and not email:
            form.errors["email"] = self.env._(
                "This is no e-mail address. Example: name@example.com"
            )
        form.texts["consent"] = bool(params.get("consent"))
        if form.errors:
            return self._render_form(card, form.texts, form.errors, status=422)
        if params.get(TRAP_FIELD):
            return request.redirect("/loyalty/joined")
        if not self._is_within_limit():
            return self._refuse_for_now(card, form.texts)
        self._register(card, {**form.texts, "email": email})
        return request.redirect("/loyalty/joined")

    @http.route("/loyalty/joined", type="http", auth="public", website=True, methods=["GET"])
    def loyalty_joined(self, **_params):
        return request.render("crm_loyalty.loyalty_joined", {})

    def _find_card(self, code):
        """The card of the link, as superuser, when it invites friends now; None otherwise.

        Whoever tries out codes is slowed down and logged, as with all codes of loyalty.
        """
        code = clean_text(code, MAX_CODE)
        attempts = request.env["loyalty.code.attempt"]
        if not attempts._count_attempt(code):
            return None
        # sudo: visitors read no cards; the page shows nothing but the reward
        card = request.env["loyalty.card"].sudo()._find_by_referral_code(code)
        if not card._may_invite():
            return None
        attempts._forget_attempt(code)
        return card

    def _is_within_limit(self):
        return request.env["crm.complaint.form.attempt"]._count_use(
            request.httprequest.remote_addr, JOIN_LIMIT, form="crm_loyalty.join"
        )

    def _refuse_code(self):
        """The same answer for a wrong code and for too many of them."""
        return request.render("crm_loyalty.loyalty_join_unknown", {}, status=404)

    def _refuse_for_now(self, card, typed):
        message = self.env._(
            "Many people have come from here in the last hour. Please send this later: nothing"
            " that you typed is lost while the page stays open."
        )
        response = self._render_form(card, typed, {"": message}, status=429)
        response.headers["Retry-After"] = "3600"
        return response

    def _register(self, card, texts):
        company = card.company_id or request.env.company
        # sudo: `card` is superuser's: visitors write no contacts but by this form
        referrals = card.with_company(company).env["loyalty.referral"]
        friend = referrals._find_or_create_friend(
            company,
            name=texts["partner_name"],
            email=texts["email"],
            phone=texts["phone"],
            has_agreed=texts["consent"],
        )
        referrals._register_friend(card.with_env(referrals.env), friend)

    def _render_form(self, card, typed, errors, status=200):
        values = {
            "code": card.referral_code,
            "program": card.program_id,
            "reward": card.program_id._format_friend_reward(),
            # sudo: visitors see its name and logo
            "company": card.company_id or request.env.company.sudo(),
            "typed": typed,
            "errors": errors,
            "limits": {field.name: field.max_length for field in TEXT_FIELDS},
            "trap_field": TRAP_FIELD,
        }
        return request.render("crm_loyalty.loyalty_join", values, status=status)
