from odoo import models
from odoo.exceptions import UserError

from odoo.addons.crm_loyalty.tools.points_flow import points_flow


class PosOrder(models.Model):
    """Blocked cards, and cards that a company shares with its contacts, at the till."""

    _inherit = "pos.order"  # pylint: disable=consider-merging-classes-inherited

    def validate_coupon_programs(self, point_changes, new_codes):
        """Before it is paid: points of a blocked or replaced card are not spent."""
        spending = [int(card_id) for card_id, change in point_changes.items() if change < 0]
        # sudo: who sells at the till is told why a card cannot be used
        cards = self.env["loyalty.card"].sudo().browse(spending).exists()
        try:
            cards._raise_on_blocked()
        except UserError as error:
            return {
                "successful": False,
                "payload": {
                    "message": str(error),
                    "updated_points": dict.fromkeys(
                        cards.filtered(lambda card: card.state != "active").ids, 0
                    ),
                },
            }
        return super().validate_coupon_programs(point_changes, new_codes)

    def confirm_coupon_programs(self, coupon_data):
        """After it is paid: what was sold is sold, so spent points are taken from any card.

        The till says how many points it was, so nobody calls this who may not sell at one.
        """
        self.check_access("write")
        with points_flow(self.env, "is_sold"):
            return super().confirm_coupon_programs(coupon_data)

    def _check_existing_loyalty_cards(self, coupon_data):
        """Find the shared card of a contact; let a blocked card earn nothing."""
        result = super()._check_existing_loyalty_cards(coupon_data)
        self._use_shared_cards(coupon_data)
        # sudo: who sells at the till does not read the state of cards
        cards = self.env["loyalty.card"].sudo().browse(key for key in coupon_data if key > 0)
        for card in cards.exists().filtered(lambda card: card.state != "active"):
            values = coupon_data[card.id]
            values["points"] = min(values["points"], 0)
        return result

    def _process_existing_gift_cards(self, coupon_data):
        """Core notes whose a gift card became in lines that give its balance once more."""
        with points_flow(self.env, "words_only"):
            # sudo: who sells at the till writes neither balances nor history
            return super(PosOrder, self.sudo())._process_existing_gift_cards(coupon_data)

    def _use_shared_cards(self, coupon_data):
        new = {key: values for key, values in coupon_data.items() if key < 0}
        for key, values in new.items():
            partner = self.env["res.partner"].browse(values.get("partner_id") or [])
            company = partner.commercial_partner_id
            if not partner or partner == company:
                continue
            card = (
                self.env["loyalty.card"]
                .sudo()  # as core looks for the card of the customer
                .search(
                    [
                        ("is_shared", "=", True),
                        ("partner_id", "=", company.id),
                        ("program_id", "=", values["program_id"]),
                    ],
                    limit=1,
                )
            )
            if card:
                coupon_data[card.id] = coupon_data.pop(key) | {"coupon_id": card.id}

    def add_loyalty_history_lines(self, coupon_data, coupon_updates):
        """Tell who earned or spent: on a shared card it may be any contact."""
        result = super().add_loyalty_history_lines(coupon_data, coupon_updates)
        if self.partner_id:
            # sudo: nobody writes lines of history, which the ledger may have written already
            self.env["loyalty.history"].sudo().search(
                [
                    ("order_model", "=", self._name),
                    ("order_id", "=", self.id),
                    ("partner_id", "=", False),
                ]
            ).partner_id = self.partner_id
        return result
