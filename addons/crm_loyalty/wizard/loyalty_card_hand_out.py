from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import email_normalize

from ..tools import card_number

# Shorter ones are of nobody yet: the clerk is still typing
MIN_PHONE_LENGTH = 6


class LoyaltyCardHandOut(models.TransientModel):
    """Hand out a card at the desk: scan it, pick the customer or enter a new one, done."""

    _name = "loyalty.card.hand.out"
    _description = "Hand Out a Card"

    number = fields.Char(
        string="Card Number",
        help="Scan or type the number of the printed card. Leave empty for a card without"
        " plastic: it gets the next number.",
    )
    program_id = fields.Many2one(
        comodel_name="loyalty.program",
        compute="_compute_program_id",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    number_info = fields.Char(compute="_compute_number_info")
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        help="For somebody new leave it empty and fill in the name below.",
    )
    held_card_id = fields.Many2one(
        comodel_name="loyalty.card",
        string="Replaces",
        compute="_compute_held_card_id",
        help="The card that the customer has now: points, tier and history move to the new one.",
    )
    name = fields.Char(string="New Customer")
    phone = fields.Char()
    email = fields.Char()
    known_partner_id = fields.Many2one(
        comodel_name="res.partner",
        compute="_compute_known_partner_id",
        help="A customer who has this e-mail address or phone number.",
    )

    @api.depends("number")
    def _compute_program_id(self):
        for wizard in self:
            card = wizard._find_card()
            domain = wizard._get_program_domain()
            wizard.program_id = (
                card.program_id
                or wizard.program_id
                or self.env["loyalty.program"].search(domain, order="sequence, id", limit=1)
            )

    @api.depends("number")
    def _compute_number_info(self):
        """Tell a mistyped or taken number while the customer is still being chosen."""
        for wizard in self:
            wizard.number_info = False
            if not wizard.number:
                continue
            try:
                wizard._get_card()._raise_unless_in_stock()
            except UserError as error:
                wizard.number_info = str(error)

    @api.depends("partner_id", "program_id", "number")
    def _compute_held_card_id(self):
        cards = self.env["loyalty.card"]
        for wizard in self:
            wizard.held_card_id = (
                cards._get_held_card(wizard.program_id, wizard.partner_id)
                if wizard.number and wizard.partner_id
                else False
            )

    @api.depends("partner_id", "phone", "email")
    def _compute_known_partner_id(self):
        for wizard in self:
            wizard.known_partner_id = False if wizard.partner_id else wizard._find_known_partner()

    def action_pick_known(self):
        """Take the customer who has this e-mail address or phone number; show the form again."""
        self.ensure_one()
        self.write({"partner_id": self.known_partner_id.id, "name": False})
        return {
            "name": self.env._("Hand Out a Card"),
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_hand_out(self):
        """Hand out the card and show it; at the desk the screen shows it instead."""
        card = self._hand_out()
        if self.env.context.get("loyalty_desk"):
            return {
                "type": "ir.actions.act_window_close",
                "infos": {"loyalty_card_id": card.id},
            }
        return card._get_records_action(name=self.env._("Loyalty Card"))

    # Private

    def _hand_out(self):
        self.ensure_one()
        if not self.number and not self.program_id:
            raise UserError(self.env._("Scan a card, or choose the program of a new one."))
        if self.program_id:
            self.program_id.check_access("read")
            if not self.program_id._has_numbered_cards():
                raise UserError(
                    self.env._(
                        "%(program)s has no cards to hand out: choose a program of the type"
                        " Loyalty Cards.",
                        program=self.program_id.name,
                    )
                )
        if self.number:
            # record rules apply to the card before sudo does
            self._get_card()
        partner = self._get_customer()
        cards = self.env["loyalty.card"]
        # sudo: whoever serves customers may hand out cards, but not write them otherwise
        card = cards.sudo()._hand_out(
            self.number, self.program_id.sudo(), partner, self.env.company
        )
        return card.sudo(False)

    def _get_program_domain(self):
        types = self.env["loyalty.program"]._get_numbered_program_types()
        return Domain("program_type", "in", types)

    def _find_card(self):
        """The card with the number that is typed so far, if any."""
        number = card_number.tidy(self.number)
        cards = self.env["loyalty.card"]
        return cards.search([("number", "=", number)]) if number else cards

    def _get_card(self):
        return self.env["loyalty.card"]._get_by_number(self.number, self.env.company)

    def _get_customer(self):
        """The customer who was picked, or the new one."""
        if self.partner_id:
            self.partner_id.check_access("read")
            return self.partner_id.sudo()  # as the new customer below: the card is made for it
        name = (self.name or "").strip()
        if not name:
            raise UserError(self.env._("Pick the customer, or enter the name of a new one."))
        if self.email and not email_normalize(self.email):
            raise UserError(
                self.env._(
                    "%(email)s is no e-mail address: correct it or leave it empty.",
                    email=self.email,
                )
            )
        # sudo: whoever serves customers may take down a new one's name, phone and e-mail
        partners = self.env["res.partner"].sudo()
        return partners.create(
            {
                "name": name,
                "phone": (self.phone or "").strip(),
                "email": (self.email or "").strip(),
                "lang": self.env.lang,
            }
        )

    def _find_known_partner(self):
        """A customer with this e-mail address or phone number, so that none is entered twice."""
        domains = []
        if email := email_normalize(self.email):
            domains.append(Domain("email_normalized", "=", email))
        phone = (self.phone or "").strip()
        if len(phone) >= MIN_PHONE_LENGTH:
            domains.append(Domain("phone_mobile_search", "=", phone))
        partners = self.env["res.partner"]
        return partners.search(Domain.OR(domains), limit=1) if domains else partners
