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
    contract_id = fields.Many2one(
        comodel_name="crm.contract",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        help="The contract this invoice is issued under.",
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

    @api.constrains("contract_id", "partner_id")
    def _check_contract_partner(self):
        # sudo: whoever may write the invoice has it checked, also without access to contracts
        for move in self.sudo():
            contract = move.contract_id
            if contract and contract.commercial_partner_id != move.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "The contract %(contract)s was made with %(partner)s: choose a contract "
                        "with the other party of the invoice %(invoice)s.",
                        contract=contract.display_name,
                        partner=contract.commercial_partner_id.display_name,
                        invoice=move.display_name,
                    )
                )

    def _reverse_move_vals(self, default_values, cancel=True):
        """A credit note is issued under the contract of the invoice it takes back."""
        values = super()._reverse_move_vals(default_values, cancel)
        values.setdefault("contract_id", self.contract_id.id)
        return values
