import re

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Domain
from odoo.tools import email_normalize, format_date


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
        string="Card",
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
        try:
            return self.create(
                {
                    "card_id": card.id,
                    "company_id": company.id,
                    "partner_id": card.partner_id.id,
                    "friend_id": friend.id,
                    "friend_email": self._simplify_email(friend.email),
                    "date": company._get_today(),
                    "order_id": order.id if order else False,
                    "state": "refused" if refusal else "pending",
                    "refusal": refusal,
                }
            )
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
