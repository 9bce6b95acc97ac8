from collections import defaultdict
from datetime import datetime, time

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.points import POINTS_DIGITS

SPENDING_KINDS = ("earn", "redeem")  # what an order earned and spent is one line, earned


class LoyaltyCard(models.Model):
    """The card of a company, used by the people who work there."""

    _inherit = "loyalty.card"  # pylint: disable=consider-merging-classes-inherited

    is_shared = fields.Boolean(
        string="Shared by Contacts",
        help="Orders of the company's contacts earn and spend on this card instead of cards of"
        " their own. The history shows who earned and spent.",
        tracking=True,
    )
    contact_limit = fields.Float(
        string="Monthly Limit per Contact",
        help="The most points that one contact may spend in a calendar month. 0: no limit.",
        digits=POINTS_DIGITS,
        min_display_digits=0,
        tracking=True,
    )
    is_company_card = fields.Boolean(related="partner_id.is_company")

    _contact_limit_positive = models.Constraint(
        "CHECK (contact_limit >= 0)",
        "The limit per contact cannot be negative: enter 0 for no limit.",
    )

    @api.constrains("is_shared", "partner_id")
    def _check_is_shared(self):
        for card in self.filtered("is_shared"):
            partner = card.partner_id
            if not partner.is_company or partner.commercial_partner_id != partner:
                raise ValidationError(
                    self.env._(
                        "Only the card of a company can be shared, and %(customer)s is none:"
                        " choose the company as the customer of the card.",
                        customer=partner.display_name or self.env._("nobody"),
                    )
                )

    def action_view_contacts(self):
        """Show what each contact earned and spent on the card."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Earned and Spent by Contacts"),
            "res_model": "loyalty.history",
            "views": [(self.env.ref("crm_loyalty.loyalty_history_view_list").id, "list")],
            "domain": [("card_id", "=", self.id)],
            "context": {"group_by": ["partner_id"], "create": False},
        }

    # The limit of a contact

    def _get_spent_by(self, partners):
        """Return {(card, contact): points} spent since the first of this month, by SQL group."""
        spent = defaultdict(float)
        for card in self:
            groups = (
                self.env["loyalty.history"]
                .sudo()  # sums only, of a card that the user may sell on
                ._read_group(
                    [
                        ("card_id", "=", card.id),
                        ("partner_id", "in", partners.ids),
                        ("kind", "in", SPENDING_KINDS),
                        ("is_reversed", "=", False),
                        ("create_date", ">=", card._get_month_start()),
                    ],
                    ["partner_id"],
                    ["used:sum"],
                )
            )
            spent.update({(card, partner): used for partner, used in groups})
        return spent

    def _get_month_start(self):
        """Return when this month began where the company is, in UTC."""
        day = self._get_today().replace(day=1)
        zone = pytz.timezone(self.company_id.partner_id.tz or "UTC")
        start = zone.localize(datetime.combine(day, time.min))
        return start.astimezone(pytz.utc).replace(tzinfo=None)

    def _is_limited_for(self, partner):
        """Tell whether ``partner`` may spend only so much on this card."""
        self.ensure_one()
        return bool(
            self.is_shared and self.contact_limit and partner and partner != self.partner_id
        )

    def _raise_on_contact_limit(self, partner, wanted, spent):
        """Raise the sentence that a contact spends too much, if so."""
        self.ensure_one()
        if spent + wanted > self.contact_limit:
            left = max(self.contact_limit - spent, 0)
            raise UserError(
                self.env._(
                    "%(contact)s may spend %(limit)s a month on the card %(card)s and has"
                    " %(left)s left: take off a reward, or raise the limit of the card.",
                    contact=partner.display_name,
                    limit=self._format_points(self.contact_limit),
                    card=self.number or self.code,
                    left=self._format_points(left),
                )
            )

    @api.model
    def _post_points(self, movements):
        """Whoever posts: contacts keep within their limits."""
        # browsed together: read together
        cards = self.browse({movement["card_id"] for movement in movements}).grouped("id")
        for movement in movements:
            card = cards[movement["card_id"]]
            if card.is_shared and card.contact_limit and movement.get("used"):
                card._check_contact_limit(movement)
        return super()._post_points(movements)

    def _check_contact_limit(self, movement):
        line = self.env["loyalty.history"].browse(movement.get("history_id"))
        partner = line.partner_id or self.env["res.partner"].browse(movement.get("partner_id"))
        if movement["kind"] in SPENDING_KINDS and self._is_limited_for(partner):
            # core writes the line first: it is among what was spent already
            written = movement["used"] if line else 0
            spent = self._get_spent_by(partner)[self, partner] - written
            self._raise_on_contact_limit(partner, movement["used"], spent)
