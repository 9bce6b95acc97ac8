from odoo import fields
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal


class OwnDataPortal(CustomerPortal):
    """The customer's own page asks for the birthday, and whether greetings are welcome."""

    def _prepare_my_account_rendering_values(self, *args, **kwargs):
        values = super()._prepare_my_account_rendering_values(*args, **kwargs)
        values["asks_own_data"] = True
        values["own_data_today"] = fields.Date.context_today(request.env.user)
        return values

    def _validate_address_values(self, address_values, partner_sudo, *args, **form_data):
        invalid, missing, messages = super()._validate_address_values(
            address_values, partner_sudo, *args, **form_data
        )
        fault = self._get_birthdate_fault(form_data.get("birthdate_date"))
        if fault:
            invalid.add("birthdate_date")
            messages.append(fault)
        return invalid, missing, messages

    def _create_or_update_address(self, partner_sudo, *args, **form_data):
        partner_sudo, feedback = super()._create_or_update_address(partner_sudo, *args, **form_data)
        if "messages" not in feedback and partner_sudo == request.env.user.partner_id:
            self._save_own_data(partner_sudo, form_data)
        return partner_sudo, feedback

    def _get_birthdate_fault(self, text):
        if not text:
            return None
        try:
            birthdate = fields.Date.to_date(text)
        except ValueError:
            return self.env._("The birthday is no date: enter it as year-month-day.")
        return request.env["res.partner"]._get_birthdate_fault(birthdate)

    def _save_own_data(self, partner_sudo, form_data):
        """An empty box is no answer from who was never asked, and a no from who had agreed."""
        if not form_data.get("own_data"):
            return
        values = {"birthdate_date": fields.Date.to_date(form_data.get("birthdate_date") or False)}
        if form_data.get("crm_consent") == "given":
            values["crm_consent"] = "given"
        elif partner_sudo.crm_consent == "given":
            values["crm_consent"] = "refused"
        partner_sudo.with_context(crm_consent_source="portal").write(values)
