from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import is_html_empty

from .crm_contract import ACTIVE_STATES

# As in the record rule of the portal: how long a contract is shown after it has ended.
SHOWN_AFTER_END = "today -1y"
# What customers may read of their contracts over RPC, too; all else is the company's own business.
PORTAL_FIELDS = {
    "access_url",
    "amount_total",
    "commercial_partner_id",
    "company_id",
    "currency_id",
    "date_end",
    "date_start",
    "display_name",
    "ended_date",
    "id",
    "kind",
    "name",
    "notice_date",
    "notice_days",
    "number",
    "partner_id",
    "renewal",
    "renewal_months",
    "state",
}


class CrmContract(models.Model):
    """What the other party sees of a contract in the portal."""

    _name = "crm.contract"
    _inherit = ["crm.contract", "portal.mixin"]

    access_token = fields.Char(
        compute="_compute_access_token", store=True, readonly=False, precompute=True
    )
    ended_date = fields.Date(
        string="Ended On",
        compute="_compute_ended_date",
        store=True,
        copy=False,
        help="The day from which the contract has not been in force any more.",
    )
    is_signed_file_visible_portal = fields.Boolean(
        string="Signed Contract in the Portal",
        copy=False,
        help="The customer can download the signed contract in the portal.",
    )

    # A link was given to the partner the contract was made with: another one takes another link.
    @api.depends("partner_id")
    def _compute_access_token(self):
        self.access_token = False

    @api.depends("state")
    def _compute_ended_date(self):
        for contract in self:
            if contract.state in ("draft", *ACTIVE_STATES):
                contract.ended_date = False
            elif not contract.ended_date:
                today = contract.company_id._get_today()
                contract.ended_date = min(contract.date_end or today, today)

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for contract in self:
            contract.access_url = f"/my/contracts/{contract.id}"
        return result

    @api.model
    def _get_portal_fields(self):
        """The names of the fields that customers may read. Meant to be extended."""
        return PORTAL_FIELDS

    @api.model
    def _has_field_access(self, field, operation):
        """Keep from customers every field that is not listed, those of other add-ons included."""
        return super()._has_field_access(field, operation) and (
            self.env.su or self.env.user._is_internal() or field.name in self._get_portal_fields()
        )

    @api.model
    def _get_portal_state_domain(self):
        """In force, or ended not long ago. A draft is nobody's business but the company's."""
        return Domain("state", "in", ACTIVE_STATES) | Domain("ended_date", ">=", SHOWN_AFTER_END)

    def _is_shown_in_portal(self):
        self.ensure_one()
        return bool(self.filtered_domain(self._get_portal_state_domain()))

    def _get_portal_text(self):
        """Return what bears the text that binds both: this contract, a version of it, or nothing.

        While a change waits for its approval that is the version approved last.
        """
        self.ensure_one()
        is_bare = is_html_empty(self.text) or self.missing_placeholders
        if not is_bare and (not self.approval_required or self.approval_state == "approved"):
            return self
        if not self.approval_required:
            return self.browse()
        return self.version_ids.filtered("approved_by_id").sorted("version")[-1:]

    def _get_portal_terms(self):
        self.ensure_one()
        return self.term_ids.filtered("is_visible_portal")

    def _get_report_base_filename(self):
        self.ensure_one()
        return self.number

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        """Give customers a button in their mails only to a contract that they may open."""
        groups = super()._notify_get_recipients_groups(
            message, model_description, msg_vals=msg_vals
        )
        if self and not self.sudo()._is_shown_in_portal():
            for name, _is_member, group in groups:
                if name in ("portal", "portal_customer"):
                    group["has_button_access"] = False
        return groups
