from odoo import fields, models


class LoyaltyCardBlock(models.TransientModel):
    _name = "loyalty.card.block"
    _description = "Block Loyalty Cards"

    card_ids = fields.Many2many(
        comodel_name="loyalty.card",
        required=True,
        readonly=True,
    )
    reason = fields.Char(
        required=True,
        help="Shown to whoever tries to use the card, and kept in its history.",
    )

    def action_confirm(self):
        self.card_ids._block(self.reason)
        return {"type": "ir.actions.act_window_close"}
