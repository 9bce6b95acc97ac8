from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..tools import card_number

DESK_GROUP = "crm_loyalty.group_crm_loyalty_user"
FOUND_CUSTOMERS = 8
# A phone number is searched from here on: Odoo refuses to search shorter ones
MIN_PHONE_LENGTH = 3


class LoyaltyCard(models.Model):
    """What the screen "Serve a Customer" does: find, award, redeem, sell."""

    _inherit = "loyalty.card"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    @api.readonly
    def desk_find(self, text):
        """Find what was scanned or typed: a card number, or a customer's name, e-mail or phone.

        :return: ``{"card": ...}`` for one card, ``{"customers": [...]}`` to choose from else
        """
        self._check_desk_user()
        text = (text or "").strip()
        if not text:
            raise UserError(self.env._("Scan a card, or type a name, e-mail or phone number."))
        number = card_number.normalise(text)
        if card_number.is_valid(number):
            card = self.with_context(active_test=False).search([("number", "=", number)])
            if card:
                return {"card": card._prepare_desk_card()}
        customers = self._find_desk_customers(text)
        if not customers:
            self._raise_on_nothing_found(text)
        cards = [card for customer in customers for card in customer["cards"]]
        if len(customers) == 1 and len(cards) == 1:
            return {"card": self.browse(cards[0]["id"])._prepare_desk_card()}
        return {"customers": customers}

    @api.readonly
    def desk_read(self):
        """What the screen shows of a card."""
        self.ensure_one()
        self._check_desk_user()
        return self._prepare_desk_card()

    def desk_award(self, points, reason):
        """Give points for a reason; above the limit of the program somebody has to approve them."""
        self.ensure_one()
        self._check_desk_user()
        self._raise_on_unusable_card(self.env.company)
        if points <= 0:
            raise UserError(self.env._("Enter how many points to give: more than zero."))
        adjustment = self.env["loyalty.adjustment"]._request(self, points, reason)
        return {"state": adjustment.state, "card": self._prepare_desk_card()}

    def desk_redeem(self, reward_id, points=0.0):
        """Spend points on a reward, and return the voucher with the card as it is then."""
        self.ensure_one()
        self._check_desk_user()
        self.check_access("read")
        self._check_points(points)
        reward = self.env["loyalty.reward"].browse(reward_id)
        reward.check_access("read")
        # sudo: whoever serves customers may spend their points on a reward, but not write cards
        voucher = self.sudo()._redeem_voucher(reward.sudo(), points)
        return {
            "voucher": {
                "id": voucher.id,
                "code": voucher.code,
                "reward": reward.description,
                "expiration": self._format_desk_date(voucher.expiration_date),
                "has_email": bool(self.partner_id.email),
            },
            "card": self._prepare_desk_card(),
        }

    def desk_sell(self):
        """Begin a quotation for the customer, with the card on it."""
        self.ensure_one()
        self._check_desk_user()
        self._raise_on_unusable_card(self.env.company)
        return {
            "name": self.env._("New Quotation"),
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "views": [(False, "form")],
            "context": {
                "default_partner_id": self.partner_id.id,
                "default_loyalty_card_number": self.number,
            },
        }

    # Finding

    @api.model
    def _check_desk_user(self):
        if not self.env.user.has_group(DESK_GROUP):
            raise AccessError(
                self.env._("Only users of Loyalty serve customers here: ask an administrator.")
            )

    @api.model
    def _find_desk_customers(self, text):
        """The customers with this name, e-mail or phone, those with a card first."""
        domain = (
            Domain("complete_name", "ilike", text)
            | Domain("email", "ilike", text)
            | Domain("ref", "=", text)
        )
        if len(text) >= MIN_PHONE_LENGTH and any(char.isdecimal() for char in text):
            domain |= Domain("phone_mobile_search", "ilike", text)
        numbered = Domain(
            "program_type", "in", self.env["loyalty.program"]._get_numbered_program_types()
        )
        holders = self._search(numbered & Domain("partner_id", "any", domain))
        partners = self.env["res.partner"].search(
            Domain("id", "in", holders.subselect("partner_id")), limit=FOUND_CUSTOMERS
        )
        if len(partners) < FOUND_CUSTOMERS:
            others = domain & Domain("id", "not in", partners.ids)
            partners |= partners.search(others, limit=FOUND_CUSTOMERS - len(partners))
        shared = Domain("is_shared", "=", True)
        shared &= Domain("partner_id", "in", partners.commercial_partner_id.ids)
        cards = self.search(numbered & (Domain("partner_id", "in", partners.ids) | shared))
        return [
            {
                "id": partner.id,
                "name": partner.display_name,
                "contact": partner.email or partner.phone or "",
                "cards": [
                    card._prepare_desk_choice() for card in cards if card._may_be_used_by(partner)
                ],
            }
            for partner in partners
        ]

    def _may_be_used_by(self, partner):
        """Whether this is the card of ``partner``, or of the company and shared by its people."""
        self.ensure_one()
        holder = self.partner_id
        return holder == partner or (self.is_shared and holder == partner.commercial_partner_id)

    @api.model
    def _raise_on_nothing_found(self, text):
        """Say what is wrong with a number, or that nobody has this name."""
        number = card_number.tidy(text)
        looks_like_number = not any(char.isalpha() or char in "@+" for char in text)
        if looks_like_number and len(number) >= card_number.BODY_LENGTH:
            self._get_by_number(text, self.env.company)
        raise UserError(
            self.env._(
                "Nobody was found for %(text)s: check it, or hand out a card to a new customer.",
                text=text,
            )
        )
