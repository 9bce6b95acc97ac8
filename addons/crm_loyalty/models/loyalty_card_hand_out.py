from odoo import api, models
from odoo.exceptions import UserError


class LoyaltyCard(models.Model):
    """Handing out cards: a printed one that has no customer yet, or the next number."""

    _inherit = "loyalty.card"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _hand_out(self, number, program, partner, company):
        """Give the printed card ``number`` to ``partner``, or a new card of ``program`` if none.

        A customer who has a card already, as after a first order, gets the printed one instead of
        it: points, tier and history move. Two desks that hand out the same card at once give it
        to one customer: the other is told.
        Needs sudo: the caller decides who may.
        """
        self._raise_on_unfit_customer(partner, company)
        if not number:
            program._raise_unless_of_company(company)
            self._raise_on_second_card(program, partner)
            return self.create({"program_id": program.id, "partner_id": partner.id})
        card = self._get_by_number(number, company)
        if not card.try_lock_for_update():
            raise UserError(
                self.env._("Somebody else is handing out the card %(number)s.", number=card.number)
            )
        card.invalidate_recordset(["active", "partner_id", "state"])
        card._raise_unless_in_stock()
        if held := self._get_held_card(card.program_id, partner):
            # sudo(False): who may replace a blocked card depends on the user
            return held.sudo(False)._replace(self.env._("Printed card handed out"), card.number)
        card.partner_id = partner
        card._send_creation_communication()
        return card

    def _raise_unless_in_stock(self):
        """Raise a sentence that says why a card cannot be handed out, if so."""
        self.ensure_one()
        self._raise_on_blocked()
        if self.partner_id:
            raise UserError(
                self.env._(
                    "The card %(number)s is already %(customer)s's: take another card.",
                    number=self.number,
                    customer=self.partner_id.display_name,
                )
            )
        if not self.active:
            raise UserError(
                self.env._(
                    "The card %(number)s is archived: take another card.", number=self.number
                )
            )

    @api.model
    def _raise_on_unfit_customer(self, partner, company):
        """Raise a sentence that says why ``partner`` gets no card here, if so."""
        if not partner.active:
            raise UserError(
                self.env._(
                    "%(customer)s is archived: unarchive the customer first, or choose another.",
                    customer=partner.display_name,
                )
            )
        if partner.company_id and partner.company_id not in company.parent_ids:
            raise UserError(
                self.env._(
                    "%(customer)s is a customer of another company: choose or create one of"
                    " %(company)s.",
                    customer=partner.display_name,
                    company=company.display_name,
                )
            )
        if partner.is_guest:
            raise UserError(
                self.env._(
                    "%(customer)s collects the sales of people who gave no name: choose or create"
                    " the person who gets the card.",
                    customer=partner.display_name,
                )
            )

    @api.model
    def _get_held_card(self, program, partner):
        """The card of ``program`` that ``partner`` has, if any: a printed one replaces it."""
        return self.search(
            [("program_id", "=", program.id), ("partner_id", "=", partner.id)], limit=1
        )

    @api.model
    def _raise_on_second_card(self, program, partner):
        card = self._get_held_card(program, partner)
        if card:
            raise UserError(
                self.env._(
                    "%(customer)s already has the card %(number)s: replace that card if it is"
                    " lost.",
                    customer=partner.display_name,
                    number=card.number or card.code,
                )
            )
