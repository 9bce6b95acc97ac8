from odoo import api, models


class MergePartnerAutomatic(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _get_unique_rows(self):
        return super()._get_unique_rows() | {
            "loyalty_greeting_log": ["occasion", "holiday_id", "year"],
            "survey_voucher": ["survey_id"],
        }

    def _merge_loyalty_cards(self, src_partners, dst_partner):
        """Leave the merged customer one card of each program, whatever its customers had.

        Core adds up the balances; here lots keep their last day, debts and waiting points come
        along, and the other cards say what replaced them. A blocked card must not get its balance
        back by a merge: it blocks the card that stays.
        """
        # sudo: who may merge customers merges what they own, as core does
        cards = (
            self.env["loyalty.card"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", (src_partners | dst_partner).ids),
                    ("is_nominative", "=", True),
                ],
                order="id",
            )
        )
        for program_cards in cards.grouped("program_id").values():
            own = program_cards.filtered(lambda card: card.partner_id == dst_partner)
            kept = own or program_cards[0]
            others = program_cards - kept
            blocked = program_cards.filtered(lambda card: card.state == "blocked")
            reason = blocked[:1].block_reason
            if others:
                others._retire()
                others._move_to(kept, self.env._("Customers merged"))
            if kept.partner_id != dst_partner:
                kept.partner_id = dst_partner
            if blocked and kept.state == "active":
                kept._block(reason)
        self.env.flush_all()
        return super()._merge_loyalty_cards(src_partners, dst_partner)
