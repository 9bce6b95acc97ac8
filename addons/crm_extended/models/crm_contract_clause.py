from odoo import fields, models


class CrmContractClause(models.Model):
    _name = "crm.contract.clause"
    _description = "Contract Clause"
    _order = "sequence, id"

    template_id = fields.Many2one(
        comodel_name="crm.contract.template", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="template_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Heading", required=True, translate=True)
    text = fields.Html(
        translate=True,
        help="Write a field of the contract in double braces and it is filled in: "
        "{{ partner_id.name }}, {{ date_start }}, {{ amount_total }}.",
    )
