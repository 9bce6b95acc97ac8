from odoo import api, fields, models
from odoo.exceptions import ValidationError


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

    @api.constrains("complaint_id", "move_type", "partner_id")
    def _check_complaint(self):
        # sudo: the rule also holds for an accountant without access to complaints
        for move in self.sudo().filtered("complaint_id"):
            complaint = move.complaint_id
            if move.move_type != "out_refund":
                raise ValidationError(
                    self.env._(
                        "%(document)s is no customer credit note. Only credit notes can be linked "
                        "to the complaint %(complaint)s.",
                        document=move.display_name,
                        complaint=complaint.number,
                    )
                )
            if not complaint._has_customer_of(move):
                raise ValidationError(
                    self.env._(
                        "The credit note %(document)s is for %(buyer)s, but the complaint "
                        "%(complaint)s comes from %(customer)s. Link a credit note of the same "
                        "customer.",
                        document=move.display_name,
                        buyer=move.commercial_partner_id.display_name,
                        complaint=complaint.number,
                        customer=complaint.commercial_partner_id.display_name,
                    )
                )
