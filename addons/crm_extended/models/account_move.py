from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    complaint_id = fields.Many2one(
        comodel_name="crm.complaint",
        copy=False,
        check_company=True,
        index="btree_not_null",
        domain="[('company_id', '=', company_id), "
        "('commercial_partner_id', 'in', (commercial_partner_id, False))]",
        groups="crm_extended.group_crm_complaint_user",
        help="The complaint this credit note was given for: it counts as its cost.",
    )
