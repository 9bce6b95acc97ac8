from odoo import models
from odoo.exceptions import UserError, ValidationError


class LoyaltyGenerateWizard(models.TransientModel):
    _inherit = "loyalty.generate.wizard"

    def _get_partners(self):
        """Core takes nothing chosen for everybody, and gives customers a second card."""
        self.ensure_one()
        if self.mode != "selected" or not (self.customer_ids or self.customer_tag_ids):
            return self.env["res.partner"]
        partners = super()._get_partners()
        if not self.program_id.is_nominative:
            return partners
        groups = self.env["loyalty.card"]._read_group(
            [("program_id", "=", self.program_id.id), ("partner_id", "in", partners.ids)],
            ["partner_id"],
        )
        return partners - self.env["res.partner"].concat(*(partner for [partner] in groups))

    def generate_coupons(self):
        for wizard in self:
            wizard._check_input()
        return super().generate_coupons()

    def _check_input(self):
        self.ensure_one()
        if self.points_granted < 0:
            raise ValidationError(
                self.env._("Cards cannot start with fewer than no points: enter 0 or more.")
            )
        if self.mode != "selected":
            return
        if not (self.customer_ids or self.customer_tag_ids):
            raise UserError(
                self.env._(
                    "Nobody is chosen: choose customers or customer tags, or make them for"
                    " anonymous customers."
                )
            )
        if not self._get_partners():
            raise UserError(
                self.env._(
                    "All of the chosen customers have a card of %(program)s already: choose"
                    " others.",
                    program=self.program_id.name,
                )
                if self.program_id.is_nominative
                else self.env._("No customer has the chosen tags: choose others.")
            )
