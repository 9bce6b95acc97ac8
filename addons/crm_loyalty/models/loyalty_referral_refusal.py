import re

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import email_normalize


class LoyaltyReferral(models.Model):
    """Who does not count as a friend, and how colleagues are told so."""

    _inherit = "loyalty.referral"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _find_fault(self, card, friend, order=None):
        """Why a friend cannot be registered for a card, or False."""
        company = self._get_company(card, order)
        known = self._find_known(friend, company)
        if self._came_by(known, card):
            return False
        return (
            self._find_refusal(card, friend)
            or ("referred" if known else False)
            or ("customer" if self._is_customer(friend, company, order) else False)
        )

    @api.model
    def _came_by(self, referrals, card):
        return any(referral.card_id._get_successor() == card for referral in referrals)

    @api.model
    def _is_customer(self, friend, company, order=None):
        """Whether the friend bought before: nobody can be won who is there."""
        customer = friend.commercial_partner_id
        if not customer.partner_share:
            return True  # a colleague
        of_customer = Domain("partner_id", "child_of", customer.ids)
        of_customer &= Domain("company_id", "=", company.id)
        orders = of_customer & Domain("state", "=", "sale")
        invoices = of_customer & Domain("move_type", "=", "out_invoice")
        invoices &= Domain("state", "=", "posted")
        if order:
            orders &= Domain("id", "!=", order.id)
            invoices &= ~Domain("line_ids.sale_line_ids.order_id", "in", order.ids)
        return bool(
            self.env["sale.order"].search_count(orders, limit=1)
            or self.env["account.move"].search_count(invoices, limit=1)
        )

    @api.model
    def _find_refusal(self, card, friend):
        """Why a friend does not count for a card, as far as the two of them tell; or False.

        Nobody brings himself, a colleague or a household: by company, e-mail, phone or address.
        No queries when the contacts are in the cache.
        """
        partner = card.partner_id
        if not card._may_invite():
            return "card"
        if friend.commercial_partner_id == partner.commercial_partner_id:
            return "company"
        for holder in partner | partner.commercial_partner_id:
            for person in friend | friend.commercial_partner_id:
                if refusal := self._find_likeness(holder, person):
                    return refusal
        return False

    @api.model
    def _find_likeness(self, partner, friend):
        simplifiers = {"email": self._simplify_email, "phone": self._simplify_phone}
        for name, simplify in simplifiers.items():
            simple = simplify(partner[name])
            if simple and simple == simplify(friend[name]):
                return name
        address = self._simplify_address(partner)
        if address and address == self._simplify_address(friend):
            return "address"
        return False

    @api.model
    def _simplify_email(self, email):
        """An address by which one mailbox is one, however it is spelled."""
        address = email_normalize(email or "", strict=False)
        if not address:
            return False
        local, _at, domain = address.partition("@")
        return f"{local.partition('+')[0] or local}@{domain}"

    @api.model
    def _simplify_phone(self, phone):
        """The end of a number, which is the same with and without the code of the country."""
        digits = re.sub(r"\D", "", phone or "")
        return digits[-8:] if len(digits) >= 6 else False

    @api.model
    def _simplify_address(self, partner):
        """Street and place without spaces and signs; False when there is not enough of it."""
        street, place = (
            re.sub(r"[\W_]+", "", text.casefold())
            for text in (
                f"{partner.street or ''}{partner.street2 or ''}",
                partner.zip or partner.city or "",
            )
        )
        return (street, place) if street and place else False

    # Words

    def _raise_on_refusal(self, refusal):
        """Say to a colleague why a code cannot be named for a customer."""
        if not refusal:
            return
        raise UserError(
            {
                "company": self.env._(
                    "The card of this code is the customer's own or of the same company: nobody"
                    " can invite himself. Empty the referral code."
                ),
                "email": self.env._(
                    "The holder of this code has the same e-mail as the customer: empty the"
                    " referral code."
                ),
                "phone": self.env._(
                    "The holder of this code has the same phone number as the customer: empty"
                    " the referral code."
                ),
                "address": self.env._(
                    "The holder of this code lives at the same address as the customer: empty"
                    " the referral code."
                ),
                "customer": self.env._(
                    "This customer has bought before, and only new customers can be invited:"
                    " empty the referral code."
                ),
                "referred": self.env._(
                    "This customer has come by another code already, and the first one counts:"
                    " empty the referral code."
                ),
                "card": self.env._(
                    "The card of this code is not valid, or its program invites no friends:"
                    " check the code."
                ),
            }[refusal]
        )
