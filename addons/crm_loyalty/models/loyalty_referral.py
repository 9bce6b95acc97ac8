from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.plain_context import without_defaults


class LoyaltyReferral(models.Model):
    """A friend whom the holder of a card brought: the first code named wins.

    Rows are made by `_register_friend` only, from the page with the link and from sales orders.
    Whoever cannot be rewarded is kept as refused, with the reason, for colleagues who are asked.
    """

    _name = "loyalty.referral"
    _description = "Referral"
    _order = "id desc"

    card_id = fields.Many2one(
        comodel_name="loyalty.card",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        groups="base.group_user",
    )
    program_id = fields.Many2one(related="card_id.program_id", store=True, related_sudo=True)
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Invited by",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    # Who came by a link that went round is nobody's business but the company's
    friend_id = fields.Many2one(
        comodel_name="res.partner",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        groups="base.group_user",
    )
    friend_email = fields.Char(
        string="Friend's E-mail",
        readonly=True,
        groups="base.group_user",
        help="As it is compared: without what stands after a plus sign.",
    )
    date = fields.Date(string="Invited on", required=True, readonly=True)
    order_id = fields.Many2one(
        comodel_name="sale.order",
        string="Sales Order",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_user",
        help="On which a colleague named the code. Empty when the friend used the link.",
    )
    state = fields.Selection(
        selection=[
            ("pending", "Waiting"),
            ("rewarded", "Rewarded"),
            ("refused", "Refused"),
        ],
        string="Status",
        default="pending",
        required=True,
        readonly=True,
        index=True,
        help="Waiting: for the first paid invoice of the friend and the end of its return window.",
    )
    refusal = fields.Selection(
        selection=[
            ("company", "Same company"),
            ("email", "Same e-mail"),
            ("phone", "Same phone"),
            ("address", "Same address"),
            ("customer", "Was a customer before"),
            ("referred", "Another code came first"),
            ("cap", "Enough friends this year"),
            ("card", "Card is not valid any more"),
        ],
        string="Reason",
        readonly=True,
        groups="base.group_user",
    )
    invoice_id = fields.Many2one(
        comodel_name="account.move",
        string="First Paid Invoice",
        readonly=True,
        ondelete="set null",
        groups="base.group_user",
    )
    rewarded_date = fields.Date(string="Rewarded on", readonly=True)
    points = fields.Float(readonly=True, digits=(16, 3), help="What the customer got.")
    friend_points = fields.Float(
        readonly=True, digits=(16, 3), help="What the friend got.", groups="base.group_user"
    )
    voucher_id = fields.Many2one(
        comodel_name="loyalty.card", readonly=True, ondelete="set null", groups="base.group_user"
    )
    friend_voucher_id = fields.Many2one(
        comodel_name="loyalty.card", readonly=True, ondelete="set null", groups="base.group_user"
    )

    _friend_uniq = models.UniqueIndex(
        "(company_id, friend_id) WHERE state <> 'refused'",
        "This friend has come by another code already: the first one counts.",
    )
    _email_uniq = models.UniqueIndex(
        "(company_id, friend_email) WHERE friend_email IS NOT NULL AND state <> 'refused'",
        "Somebody with this e-mail has come by another code already: the first one counts.",
    )
    _rewarded_idx = models.Index("(partner_id, rewarded_date) WHERE state = 'rewarded'")

    @api.depends("date")
    def _compute_display_name(self):
        """Neither of the two: mails show it, and neither is told who the other is."""
        for referral in self:
            referral.display_name = self.env._(
                "Invitation of %(date)s", date=format_date(self.env, referral.date)
            )

    # Registering

    @api.model
    def _register_friend(self, card, friend, order=None):
        """Note that `friend` came by `card`, or why that does not count; return the row.

        Once: the same friend with the same card gives the row that is there. Needs sudo: visitors
        and salespersons write no referrals.
        """
        company = self._get_company(card, order)
        known = self._find_known(friend, company)
        if self._came_by(known, card):
            return known[:1]
        refusal = self._find_fault(card, friend, order)
        values = {
            "card_id": card.id,
            "company_id": company.id,
            "friend_id": friend.id,
            "state": "refused" if refusal else "pending",
            "refusal": refusal,
        }
        if refusal:
            # Whoever sends the form again is refused once
            refused = self.search([(name, "=", value) for name, value in values.items()], limit=1)
            if refused:
                return refused
        values |= {
            "partner_id": card.partner_id.id,
            "friend_email": self._simplify_email(friend.email),
            "date": company._get_today(),
            "order_id": order.id if order else False,
        }
        try:
            return without_defaults(self).create(values)
        except UniqueViolation as error:
            raise ConcurrencyError("another transaction registers the friend") from error

    @api.model
    def _find_or_create_friend(self, company, *, name, email, phone, has_agreed):
        """The contact with this e-mail, left as it is; else a new one with what was typed.

        Whoever knows an address may type it: nothing is written to a contact that is there, no
        consent either. Needs sudo: visitors write no contacts.
        """
        partners = self.env["res.partner"]
        known = partners.search(
            Domain("email_normalized", "=", email)
            & (Domain("company_id", "=", False) | Domain("company_id", "parent_of", company.ids)),
            order="id",
            limit=1,
        )
        if known:
            return known
        return partners.with_context(crm_consent_source="referral").create(
            {
                "name": name,
                "email": email,
                "phone": phone,
                "lang": self.env.lang,
                "company_id": company.id,
                "crm_consent": "given" if has_agreed else False,
            }
        )

    @api.model
    def _get_company(self, card, order=None):
        """Whose customer the friend becomes."""
        return card.company_id or (order.company_id if order else self.env.company)

    @api.model
    def _find_known(self, friend, company):
        """The referral of this friend that counts, by contact or by e-mail."""
        same = Domain("friend_id", "child_of", friend.commercial_partner_id.ids)
        email = self._simplify_email(friend.email)
        if email:
            same |= Domain("friend_email", "=", email)
        return self.search(
            same & Domain("company_id", "=", company.id) & Domain("state", "!=", "refused")
        )
