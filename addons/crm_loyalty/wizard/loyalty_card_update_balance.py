from odoo import models
from odoo.exceptions import UserError

from ..tools.points import round_points


class LoyaltyCardUpdateBalance(models.TransientModel):
    _inherit = "loyalty.card.update.balance"

    def action_update_card_point(self):
        """Ask for an adjustment instead of writing the balance, as core would."""
        self.ensure_one()
        self.card_id._check_points(self.new_balance)
        if self.new_balance < 0 or round_points(self.new_balance) == self.old_balance:
            raise UserError(
                self.env._(
                    "Enter a new balance of zero or more that differs from %(balance)s.",
                    balance=self.card_id.points_display,
                )
            )
        adjustment = self.env["loyalty.adjustment"]._request(
            self.card_id, self.new_balance - self.old_balance, self.description
        )
        if adjustment.state != "waiting":
            return None
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "title": self.env._("Approval Needed"),
                "message": self.env._(
                    "So many points need a second person: a loyalty administrator was asked."
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
