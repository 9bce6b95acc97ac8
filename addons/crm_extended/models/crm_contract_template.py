from odoo import api, fields, models

from ..tools.placeholders import find_placeholders, get_label


class CrmContractTemplate(models.Model):
    _name = "crm.contract.template"
    _description = "Contract Template"
    _order = "sequence, name, id"

    name = fields.Char(string="Template", required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        index="btree_not_null",
        help="Leave empty for a template of all companies.",
    )
    clause_ids = fields.One2many(
        comodel_name="crm.contract.clause",
        inverse_name="template_id",
        string="Clauses",
        copy=True,
    )
    approval_required = fields.Boolean(
        string="Second Person Approves",
        help="A contract made from this template can be started and its text sent only after "
        "somebody who did not write the text has approved it.",
    )
    unknown_placeholders = fields.Char(compute="_compute_unknown_placeholders")

    @api.depends("clause_ids.text", "clause_ids.name")
    def _compute_unknown_placeholders(self):
        Contract = self.env["crm.contract"]
        for template in self:
            text = " ".join(f"{clause.name} {clause.text}" for clause in template.clause_ids)
            unknown = [
                placeholder
                for placeholder in find_placeholders(text)
                if not Contract._is_known_placeholder(placeholder)
            ]
            template.unknown_placeholders = ", ".join(map(get_label, unknown))

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        if "name" in (default or {}):
            return vals_list
        return [
            {**vals, "name": self.env._("%s (copy)", template.name)}
            for template, vals in zip(self, vals_list, strict=True)
        ]
