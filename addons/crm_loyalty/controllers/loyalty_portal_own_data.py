from odoo import fields, http
from odoo.http import request

from odoo.addons.crm_extended.controllers.form_input import is_number
from odoo.addons.crm_extended.controllers.portal_own_data import OwnDataPortal

OWN_DATA = ("birthdate_date", "crm_consent")


class LoyaltyOwnDataPortal(OwnDataPortal):
    """The page on which customers say when their birthday is, what they like and what they want."""

    @http.route(
        "/my/loyalty/own-data",
        type="http",
        auth="user",
        website=True,
        methods=["GET", "POST"],
    )
    def portal_my_loyalty_own_data(self, **params):
        # sudo: customers may not write contacts; it is their own, and only these fields of it
        partner = request.env.user.partner_id.sudo()
        typed, fault = {}, None
        if request.httprequest.method == "POST":
            typed = {name: params.get(name) for name in OWN_DATA}
            typed = {name: text for name, text in typed.items() if isinstance(text, str)}
            fault = self._get_birthdate_fault(typed.get("birthdate_date"))
            if not fault:
                self._save_own_data(partner, {"own_data": "1", **typed})
                partner._set_interests(self._get_chosen_interests())
                return request.redirect("/my/loyalty?saved=1")
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "loyalty_own_data",
            "own_data": partner,
            "own_data_today": fields.Date.context_today(request.env.user),
            "birthdate": typed.get("birthdate_date", partner.birthdate_date),
            "is_welcome": typed.get("crm_consent") if fault else partner.crm_consent == "given",
            "interests": partner._get_offered_interests(),
            "chosen": self._get_chosen_interests() if fault else partner.category_id,
            "fault": fault,
        }
        return request.render("crm_loyalty.portal_my_loyalty_own_data", values)

    def _get_chosen_interests(self):
        texts = request.httprequest.form.getlist("interest_ids")
        # sudo: customers read no tags; what is not offered is left out
        offered = request.env["res.partner"].sudo()._get_offered_interests()
        chosen = {int(text) for text in texts if is_number(text)}
        return offered.filtered(lambda tag: tag.id in chosen)
