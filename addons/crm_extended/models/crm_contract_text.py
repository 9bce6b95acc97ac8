from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import is_html_empty

from ..tools.placeholders import fill, find_placeholders, get_label, get_path

# What a text can say: values a person would write into it.
TYPES_IN_TEXT = {
    "boolean",
    "char",
    "date",
    "datetime",
    "float",
    "html",
    "integer",
    "many2many",
    "many2one",
    "monetary",
    "one2many",
    "selection",
    "text",
}


class CrmContract(models.Model):
    """The text of a contract: made from the clauses of a template, revised, and versioned."""

    _name = "crm.contract"  # a mixin is added
    _inherit = ["crm.contract", "html.field.history.mixin"]

    template_id = fields.Many2one(
        comodel_name="crm.contract.template",
        compute="_compute_template_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        domain="[('company_id', 'in', [company_id, False])]",
    )
    text = fields.Html(help="What both parties sign.")
    text_values = fields.Json(
        help="What the placeholders stood for when the text was made: {field path: text}."
    )
    missing_placeholders = fields.Char(
        compute="_compute_missing_placeholders",
        help="Placeholders that the text still has, because what they name is empty or unknown.",
    )
    outdated_values = fields.Char(
        compute="_compute_outdated_values",
        help="What the contract says today and its text does not.",
    )
    version = fields.Integer(
        string="Text Version", default=1, required=True, readonly=True, copy=False, aggregator=None
    )
    version_ids = fields.One2many(
        comodel_name="crm.contract.version",
        inverse_name="contract_id",
        string="Superseded Versions",
    )

    @api.depends("type_id")
    def _compute_template_id(self):
        for contract in self:
            contract.template_id = contract.template_id or contract.type_id.template_id

    @api.depends("text")
    def _compute_missing_placeholders(self):
        for contract in self:
            missing = find_placeholders(contract.text)
            contract.missing_placeholders = ", ".join(map(get_label, missing))

    @api.depends(lambda self: ["text_values", *self._get_content_fields()])
    def _compute_outdated_values(self):
        for contract in self:
            changes = [
                self.env._(
                    "%(field)s: “%(now)s” instead of “%(then)s”",
                    field=contract._get_path_label(path),
                    now=Markup(now).striptags() if now else "",
                    then=Markup(then).striptags(),
                )
                for path, then in (contract.text_values or {}).items()
                if (now := contract._get_placeholder_value(path)) != then
            ]
            contract.outdated_values = "; ".join(changes)

    @api.model
    def _get_content_fields(self):
        """The conditions and the text: what both parties agree on. Meant to be extended."""
        return [
            "name",
            "kind",
            "partner_id",
            "party_ids",
            "date_start",
            "date_end",
            "notice_days",
            "renewal",
            "renewal_months",
            "amount_total",
            "currency_id",
            "payment_term_id",
            "pricelist_id",
            "text",
        ]

    @api.model
    def _get_versioned_fields(self):
        return [*super()._get_versioned_fields(), "text"]

    # ---------------------------------------------------------------------------------------------
    # Buttons
    # ---------------------------------------------------------------------------------------------
    def action_make_text(self):
        """Make the text from the clauses of the template, filled in from the contract."""
        for contract in self:
            if not contract.template_id.clause_ids:
                raise UserError(
                    self.env._(
                        "Choose a template with clauses for the contract %s.",
                        contract.display_name,
                    )
                )
            text, values = contract._make_text()
            contract.write({"text": text, "text_values": values})

    def action_new_version(self):
        """Keep the present text as it is, and go on with a version that supersedes it."""
        self.check_access("write")
        for contract in self:
            contract._check_has_text()
        # sudo: nobody may write versions, so that what was agreed once stays readable as it was
        self.env["crm.contract.version"].sudo().create(
            [contract._prepare_version_values() for contract in self]
        )
        for contract in self.sudo():
            contract.version += 1
        self._message_log_batch(
            {
                contract.id: self.env._(
                    "Version %(version)s of the text supersedes version %(previous)s.",
                    version=contract.version,
                    previous=contract.version - 1,
                )
                for contract in self
            }
        )

    def action_print_text(self):
        for contract in self:
            contract._check_has_text()
        return self.env.ref("crm_extended.crm_contract_report_text").report_action(self)

    def action_send_text(self):
        """Open a mail to the customer with the text as a PDF."""
        self.ensure_one()
        self._check_text_ready()
        template = self.env.ref(
            "crm_extended.mail_template_contract_text", raise_if_not_found=False
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": "crm.contract",
                "default_res_ids": self.ids,
                "default_template_id": template.id if template else False,
                "default_composition_mode": "comment",
                "default_email_layout_xmlid": "mail.mail_notification_light",
                "force_email": True,
            },
        }

    # ---------------------------------------------------------------------------------------------
    # Making the text
    # ---------------------------------------------------------------------------------------------
    def _make_text(self):
        """Return the text in the customer's language, and what its placeholders stood for."""
        self.ensure_one()
        contract = self.with_context(lang=self.partner_id.lang or self.env.lang)
        parts = []
        for number, clause in enumerate(contract.template_id.clause_ids, start=1):
            parts.append(Markup("<h3>%s. %s</h3>") % (number, clause.name))
            parts.append(clause.text or Markup())
        text = Markup().join(parts)
        values, by_path = {}, {}
        for placeholder in find_placeholders(text):
            path = get_path(placeholder)
            value = path and contract._get_placeholder_value(path)
            if value:
                values[placeholder] = by_path[path] = value
        return Markup(fill(text, values)), by_path

    @api.model
    def _is_known_placeholder(self, placeholder):
        """Whether a placeholder names a field of the contract that a text can say."""
        path = get_path(placeholder)
        return bool(path and self._get_path_fields(path))

    @api.model
    def _get_path_fields(self, path):
        """Return the fields along a path from the contract, or [] when the path leads nowhere.

        Only what the user may read leads somewhere: a text tells no more than its writer knows.
        """
        model, path_fields = self, []
        for name in path.split("."):
            field = model._fields.get(name) if model is not None else None
            if field is None or field.type not in TYPES_IN_TEXT:
                return []
            if not model._has_field_access(field, "read"):
                return []
            path_fields.append(field)
            model = self.env[field.comodel_name] if field.relational else None
        return path_fields

    def _get_path_label(self, path):
        labels = [field._description_string(self.env) for field in self._get_path_fields(path)]
        return " / ".join(labels) or path

    def _get_placeholder_value(self, path):
        """Return what a field path of this contract says as HTML, or "" when it says nothing."""
        self.ensure_one()
        contract = self.with_context(lang=self.partner_id.lang or self.env.lang)
        path_fields = contract._get_path_fields(path)
        if not path_fields:
            return ""
        try:
            records = contract.mapped(".".join(path.split(".")[:-1])) if "." in path else contract
            values = [contract._format_in_text(record, path_fields[-1]) for record in records]
        except AccessError:
            return ""
        return Markup(", ").join(value for value in values if value)

    @api.model
    def _format_in_text(self, record, field):
        value = record[field.name]
        if field.type == "boolean":
            return escape(self.env._("Yes") if value else self.env._("No"))
        # An amount of nothing was not filled in; no days at all are an agreement.
        if field.type in ("monetary", "float") and not value:
            return ""
        if value is False or value is None or value == "":
            return ""
        if field.relational:
            return Markup(", ").join(escape(name) for name in value.mapped("display_name") if name)
        if field.type == "monetary":
            currency = record[field.get_currency_field(record)] or self.currency_id
            return escape(currency.with_env(self.env).format(value))
        converter = f"ir.qweb.field.{field.type}"
        converter = converter if converter in self.env else "ir.qweb.field"
        options = (
            {"selection": dict(field._description_selection(self.env))}
            if (field.type == "selection")
            else {}
        )
        return escape(self.env[converter].record_to_html(record, field.name, options))

    def _prepare_version_values(self):
        self.ensure_one()
        return {
            "contract_id": self.id,
            "version": self.version,
            "text": self.text,
            "superseded_on": fields.Datetime.now(),
            "superseded_by_id": self.env.uid,
        }

    # ---------------------------------------------------------------------------------------------
    # What has to be so before a text is used
    # ---------------------------------------------------------------------------------------------
    def _check_has_text(self):
        self.ensure_one()
        if is_html_empty(self.text):
            raise UserError(
                self.env._(
                    "The contract %s has no text: choose a template and make it, or write it.",
                    self.display_name,
                )
            )

    def _check_text_ready(self):
        """Refuse to send a text that is not complete, and say what is missing."""
        self._check_has_text()
        if self.missing_placeholders:
            raise UserError(
                self.env._(
                    "The text of the contract %(contract)s still has placeholders: %(missing)s. "
                    "Fill in what they name and make the text again, or replace them in the text.",
                    contract=self.display_name,
                    missing=self.missing_placeholders,
                )
            )
