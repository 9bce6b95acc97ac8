from odoo import api, models
from odoo.fields import Domain

from odoo.addons.crm_extended.tools.batches import run_in_batches

MESSAGE_BATCH = 500


class LoyaltyTierMove(models.Model):
    """The message to the customer: one e-mail for each move, in the customer's language.

    It is made in the transaction that takes the move out of those that wait, and queued: a run
    that is killed tells nobody twice.
    """

    _inherit = "loyalty.tier.move"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _send_messages(self, batch_size=MESSAGE_BATCH):
        return run_in_batches(
            self.sudo(),  # the nightly action writes to the customers of all companies
            Domain("message_state", "=", "waiting"),
            lambda moves: moves._send_message(),
            batch_size=batch_size,
            lock_table="loyalty_tier_move",
            on_error=lambda move, _error: move.write({"message_state": "failed"}),
        )

    def _send_message(self):
        """Queue the e-mails of these moves and note what became of them."""
        partners = self.partner_id
        reachable = self.filtered(lambda move: move.partner_id.email_normalized)
        (self - reachable).write({"message_state": "no_address"})
        blacklisted_partners = partners.filtered("is_blacklisted")
        blacklisted = reachable.filtered(lambda move: move.partner_id in blacklisted_partners)
        blacklisted.write({"message_state": "blacklisted"})
        for direction, moves in (reachable - blacklisted).grouped("direction").items():
            template = self.env.ref(f"crm_loyalty.mail_template_tier_{direction}", False)
            if not template:
                moves.write({"message_state": "none"})
                continue
            template.send_mail_batch(moves.ids)
            moves.write({"message_state": "sent"})
