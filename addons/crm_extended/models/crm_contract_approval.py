from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.html_editor.models.diff_utils import generate_comparison

# Only the buttons write them: an approval that could be written is none.
APPROVAL_FIELDS = {
    "approval_state",
    "approved_by_id",
    "approved_on",
    "approved_content",
    "content_writer_id",
    "version",
}


class CrmContract(models.Model):
    """Approval by a second person, of exactly what stands in the contract at that moment."""

    _inherit = "crm.contract"  # pylint: disable=consider-merging-classes-inherited

    approval_required = fields.Boolean(related="template_id.approval_required")
    approval_state = fields.Selection(
        selection=[
            ("draft", "Not Approved"),
            ("requested", "To Approve"),
            ("approved", "Approved"),
        ],
        string="Approval",
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        tracking=True,
    )
    approved_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, ondelete="restrict"
    )
    approved_on = fields.Datetime(readonly=True, copy=False)
    approved_content = fields.Html(
        readonly=True,
        copy=False,
        sanitize=False,  # made of a sanitized text and escaped values
        help="What was approved: the conditions and the text.",
    )
    approval_difference = fields.Html(
        string="Changes Since Approval",
        compute="_compute_approval_difference",
        sanitize=False,  # made of two sanitized texts
        help="What was added and removed since somebody approved the contract.",
    )
    content_writer_id = fields.Many2one(
        comodel_name="res.users",
        string="Last Changed By",
        readonly=True,
        copy=False,
        default=lambda self: self.env.user,
        help="Who changed the conditions or the text last: somebody else has to approve them.",
    )

    @api.depends(lambda self: ["approved_content", *self._get_content_fields()])
    def _compute_approval_difference(self):
        for contract in self:
            content = contract._get_content()
            if not contract.approved_content or contract.approved_content == content:
                contract.approval_difference = False
                continue
            comparison = generate_comparison(contract.approved_content, content)
            for tag, shown in (("added", "ins"), ("removed", "del")):
                comparison = comparison.replace(f"<{tag}>", f"<{shown}>")
                comparison = comparison.replace(f"</{tag}>", f"</{shown}>")
            contract.approval_difference = comparison

    @api.model_create_multi
    def create(self, vals_list):
        # What the context proposes is as little to be trusted as what is given.
        proposed = {key.removeprefix("default_") for key in self.env.context}
        for vals in vals_list:
            self._check_approval_untouched({*proposed, *vals})
        contracts = super().create(vals_list)
        if not self.env.su:
            for contract in contracts.filtered(lambda contract: contract.state != "draft"):
                contract._check_approved()
        return contracts

    def write(self, vals):
        self._check_approval_untouched(vals)
        if vals.get("state") == "running":
            for contract in self.filtered(lambda contract: contract.state == "draft"):
                contract._check_approved()
        # The nightly action that prolongs contracts changes no agreement: it carries one out.
        # What another type proposes is written into the conditions of a draft.
        is_change = not self._is_nightly_batch() and not {
            "type_id",
            *self._get_content_fields(),
        }.isdisjoint(vals)
        if not is_change:
            return super().write(vals)
        contents = {contract: contract._get_content() for contract in self}
        result = super().write(vals)
        changed = self.filtered(lambda contract: contract._get_content() != contents[contract])
        changed._reset_approval()
        return result

    # ---------------------------------------------------------------------------------------------
    # Buttons
    # ---------------------------------------------------------------------------------------------
    def action_request_approval(self):
        for contract in self:
            contract._check_text_ready()
        self._write_approval({"approval_state": "requested"})

    def action_approve(self):
        for contract in self:
            contract._check_approver()
        for contract in self:
            contract._write_approval(
                {
                    "approval_state": "approved",
                    "approved_by_id": self.env.uid,
                    "approved_on": fields.Datetime.now(),
                    "approved_content": contract._get_content(),
                }
            )

    def action_send_text(self):
        self._check_approved()
        return super().action_send_text()

    def action_new_version(self):
        result = super().action_new_version()
        # The new version is for somebody to approve anew, even before its first change.
        self._write_approval(
            {"approval_state": "draft", "approved_by_id": False, "approved_on": False}
        )
        return result

    # ---------------------------------------------------------------------------------------------
    # Rules
    # ---------------------------------------------------------------------------------------------
    def _get_content(self):
        """Return the conditions and the text as one piece of HTML, the same for every reader."""
        self.ensure_one()
        # sudo: the name of a price list is part of it, also for who may not open price lists
        contract = self.sudo().with_context(lang="en_US")
        lines = []
        for name in self._get_content_fields():
            field = self._fields[name]
            if field.type == "html":
                continue
            value = contract[name]
            if field.relational:
                value = ", ".join(name for name in value.mapped("display_name") if name)
            lines.append(Markup("<p>%s: %s</p>") % (field.string, "" if value is False else value))
        return Markup().join(lines) + (self.text or Markup())

    def _reset_approval(self):
        """Take back approvals of what has been changed since."""
        self._write_approval({"content_writer_id": self.env.uid})
        approved = self.filtered(lambda contract: contract.approval_state != "draft")
        approved._write_approval(
            {"approval_state": "draft", "approved_by_id": False, "approved_on": False}
        )
        approved._message_log_batch(
            {
                contract.id: self.env._("The contract was changed: it has to be approved again.")
                for contract in approved
            }
        )

    def _write_approval(self, vals):
        self.check_access("write")
        # sudo: these fields are refused to everybody else, see APPROVAL_FIELDS
        return self.sudo().write(vals)

    @api.model
    def _check_approval_untouched(self, vals):
        if not self.env.su and not APPROVAL_FIELDS.isdisjoint(vals):
            raise AccessError(
                self.env._("An approval cannot be written. Use the buttons of the contract.")
            )

    def _check_approver(self):
        """Refuse an approval by whoever wrote what is approved, or of a text that is not ready."""
        self.ensure_one()
        if self.approval_state != "requested":
            raise UserError(
                self.env._(
                    "Nobody has asked to approve the contract %s: request it first.",
                    self.display_name,
                )
            )
        self._check_text_ready()
        if self.content_writer_id == self.env.user:
            raise UserError(
                self.env._(
                    "You changed the contract %s last: somebody else has to approve it.",
                    self.display_name,
                )
            )

    def _check_approved(self):
        self.ensure_one()
        if self.approval_required and self.approval_state != "approved":
            raise UserError(
                self.env._(
                    "The contract %s has to be approved first: request its approval.",
                    self.display_name,
                )
            )

    def _prepare_version_values(self):
        return {
            **super()._prepare_version_values(),
            "approved_by_id": self.approved_by_id.id,
            "approved_on": self.approved_on,
        }
