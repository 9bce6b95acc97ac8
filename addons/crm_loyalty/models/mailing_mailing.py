from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    held_back_count = fields.Integer(
        string="Held Back",
        compute="_compute_held_back_count",
        help="Recipients who get nothing while their company has a severe open complaint.",
    )

    @api.depends("mailing_domain", "mailing_model_id", "state", "use_exclusion_list")
    def _compute_held_back_count(self):
        for mailing in self:
            held_back = Domain.OR(mailing._get_held_back_domains())
            if mailing.state == "done" or held_back.is_false():
                mailing.held_back_count = 0
                continue
            mailing.held_back_count = self.env[mailing.mailing_model_real].search_count(
                Domain(mailing._parse_mailing_domain()) & held_back
            )

    def _get_recipients_domain(self):
        """Leave out customers with a severe open complaint until it is closed.

        It holds for e-mail and SMS, and for the whole company of the customer: an offer to the
        colleague at the next desk is read as carelessly. Mailings belong to no company, so
        neither does this. What is sent about an order, an invoice or the complaint itself is no
        mailing and goes out. A mailing that must reach everybody (a product recall) is one that
        uses no exclusion list.
        """
        domain = Domain(super()._get_recipients_domain())
        for held_back in self._get_held_back_domains():
            # What has no customer or address at all is in no list, which SQL does not say
            name = next(held_back.iter_conditions()).field_expr
            domain &= ~held_back | Domain(name, "=", False)
        return domain

    def _get_held_back_domains(self):
        """By which of its fields a record of the mailing's model belongs to a held back customer.

        :return: domains of one condition each, without any ids in them
        """
        self.ensure_one()
        if not self.use_exclusion_list or not self.mailing_model_real:
            return []
        model = self.env[self.mailing_model_real]
        customers = Domain(
            "commercial_partner_id", "in", self.env["crm.complaint"]._get_severe_customers()
        )
        if model._name == "res.partner":
            return [customers]
        # sudo: no contact is shown; who writes mailings may not see all of them
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        held_back = [
            Domain(name, "in", partners._search(customers))
            for name in model._mail_get_partner_fields()
            if model._fields[name].store and model._fields[name].comodel_name == "res.partner"
        ]
        # Beside a contact or without one, a person is known by address: a list has no more
        for name in ("email_normalized", "phone_sanitized"):
            if name in model._fields and model._fields[name].store:
                addresses = partners._search(customers & Domain(name, "!=", False))
                addresses = addresses.subselect(SQL.identifier("res_partner", name))
                held_back.append(Domain(name, "in", addresses))
        return held_back
