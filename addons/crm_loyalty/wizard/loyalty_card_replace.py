from odoo import fields, models
from odoo.exceptions import UserError


class LoyaltyCardReplace(models.TransientModel):
    _name = "loyalty.card.replace"
    _description = "Replace a Loyalty Card"

    card_id = fields.Many2one(
        comodel_name="loyalty.card",
        required=True,
        readonly=True,
    )
    partner_id = fields.Many2one(related="card_id.partner_id")
    points_display = fields.Char(
        string="Balance",
        related="card_id.points_display",
    )
    has_number = fields.Boolean(compute="_compute_has_number")
    number = fields.Char(
        string="New Card",
        help="Scan or type the number of the printed card that the customer gets. Leave empty for"
        " the next number.",
    )
    reason = fields.Char(
        required=True,
        help="Kept in the history of both cards.",
    )

    def _compute_has_number(self):
        for wizard in self:
            wizard.has_number = wizard.card_id.program_id._has_numbered_cards()

    def action_confirm(self):
        """Replace the card and show the new one."""
        self.ensure_one()
        reason = self.reason.strip()
        if not reason:
            raise UserError(self.env._("Say why the card is replaced."))
        card = self.card_id._replace(reason, self.number)
        return card._get_records_action(name=self.env._("Loyalty Card"))
