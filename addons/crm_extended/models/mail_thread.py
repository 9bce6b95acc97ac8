from odoo import api, models
from odoo.tools import email_normalize

from ..tools.automatic_mail import declines_answers, is_automatic


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        """Let no machine file complaints, nor our own mails come back as answers."""
        for header in ("subject", "email_from"):
            if message_dict.get(header):
                # encoded in a header, what the database cannot take would lose the whole mail
                message_dict[header] = message_dict[header].replace("\x00", "")
        routes = super().message_route(
            message, message_dict, model=model, thread_id=thread_id, custom_values=custom_values
        )
        if not any(route[0] == "crm.complaint" for route in routes):
            return routes
        sender = email_normalize(message_dict.get("email_from"))
        # sudo: the gateway may run for a user without access to these records
        own_mail = bool(self.env["mail.alias.domain"].sudo()._find_aliases([sender]))
        automatic = is_automatic(message)
        routes = [
            route
            for route in routes
            if route[0] != "crm.complaint" or not (own_mail or (automatic and not route[1]))
        ]
        return self._file_once_for_each_company(routes)

    @api.model
    def _file_once_for_each_company(self, routes):
        """Make one complaint of a mail to several teams: the first of them takes it."""
        companies = set()
        kept = []
        for route in routes:
            if route[0] == "crm.complaint" and not route[1]:
                company = (route[2] or {}).get("company_id") or self.env.company.id
                if company in companies:
                    continue
                companies.add(company)
            kept.append(route)
        return kept

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        thread = self.with_context(
            complaint_mail_automatic=is_automatic(message),
            complaint_mail_receipt=not declines_answers(message),
        )
        return super(MailThread, thread)._message_route_process(message, message_dict, routes)
