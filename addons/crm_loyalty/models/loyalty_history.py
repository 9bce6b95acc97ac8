from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..tools.plain_context import without_defaults
from ..tools.points import POINTS_DIGITS, round_points
from ..tools.points_flow import get_announced, get_flow, get_unclaimed

# What core writes an order with: its points are earned and redeemed.
ORDER_MODELS = ("sale.order", "pos.order")


class LoyaltyHistory(models.Model):
    """The movements of a card, one line each, never deleted.

    Core writes some lines before it writes the balance and some after it, and some balances
    without a line. Here a line and a balance always belong together: see ``_claim``.
    """

    _inherit = "loyalty.history"

    issued = fields.Float(
        digits=POINTS_DIGITS,
        min_display_digits=0,
    )
    used = fields.Float(
        digits=POINTS_DIGITS,
        min_display_digits=0,
    )
    kind = fields.Selection(
        selection=[
            ("earn", "Earned"),
            ("redeem", "Redeemed"),
            ("expire", "Expired"),
            ("adjust", "Adjustment"),
            ("gift", "Gift"),
            ("referral", "Referral"),
            ("transfer", "Transfer"),
            ("revoke", "Taken Back"),
        ],
        help="What an order earned and redeemed is one line, of the kind Earned.",
        readonly=True,
        index=True,
    )
    reason = fields.Char(readonly=True)
    partner_id = fields.Many2one(
        string="Earned or Spent by",
        help="Who of the customer's people earned or spent the points.",
        comodel_name="res.partner",
        readonly=True,
        index="btree_not_null",
    )
    is_reversed = fields.Boolean(
        string="Undone",
        help="The order was cancelled: a later line takes this one back.",
        readonly=True,
    )

    _order_idx = models.Index("(order_model, order_id) WHERE order_id IS NOT NULL")

    @api.model_create_multi
    def create(self, vals_list):
        """Claim the lines that the ledger wrote; announce the others to it."""
        claimed = [self._claim(vals) for vals in vals_list]
        new_vals = [
            self._complete_values(vals)
            for vals, line in zip(vals_list, claimed, strict=True)
            if not line
        ]
        if get_flow(self.env, "words_only"):
            new_vals = [vals | {"issued": 0.0, "used": 0.0} for vals in new_vals]
        if new_vals and not self._may_describe(new_vals):
            self._check_written_by_ledger()
        plain = without_defaults(self, "partner_id")
        created = iter(super(LoyaltyHistory, plain).create(new_vals).with_env(self.env))
        # core calls this on lines that are there as well
        lines = self.browse().concat(*(line or next(created) for line in claimed))
        get_announced(self.env).update(
            line.id
            for line, was_claimed in zip(lines, claimed, strict=True)
            if not was_claimed and (line.issued or line.used)
        )
        return lines

    def write(self, vals):
        """Which order a line belongs to and whether it is undone say what is taken back once."""
        self._check_written_by_ledger()
        return super().write(vals)

    def unlink(self):
        """Lines stay: what is undone is taken back by a line of its own."""
        if get_flow(self.env, "cancelling"):
            return True
        self._check_written_by_ledger()
        return super().unlink()

    @api.model
    def _post(self, vals_list):
        """Create lines whose points the ledger moves itself."""
        plain = without_defaults(self)
        # past the choke point, which announces lines to the ledger
        # pylint: disable-next=super-method-mismatch
        lines = super(LoyaltyHistory, plain).create(
            [self._complete_values(vals) for vals in vals_list]
        )
        return lines.with_env(self.env)

    def _add_used(self, points):
        """Core adds and removes rewards of a confirmed order: its line follows."""
        self.ensure_one()
        # pylint: disable-next=super-method-mismatch
        return super().write({"used": round_points(self.used + points)})

    @api.model
    def _claim(self, vals):
        """Return the line that the ledger wrote when core wrote the balance first, if any.

        Core describes it better: its words and its document are taken over.
        """
        if get_flow(self.env, "line_first"):
            return None
        unclaimed = get_unclaimed(self.env).get(vals.get("card_id"), [])
        amounts = round_points(vals.get("issued")), round_points(vals.get("used"))
        for entry in reversed(unclaimed):
            if entry[1:] == amounts:
                unclaimed.remove(entry)
                # sudo: the line was written for whoever moved the points
                line = self.sudo().browse(entry[0])
                described = {
                    name: value
                    for name, value in vals.items()
                    if name not in ("card_id", "issued", "used")
                }
                if "kind" not in vals and vals.get("order_model"):
                    described["kind"] = self._get_default_kind(vals)
                # pylint: disable-next=super-method-mismatch
                super(LoyaltyHistory, line).write(described)
                return line.with_env(self.env)
        return None

    @api.model
    def _complete_values(self, vals):
        return vals if vals.get("kind") else dict(vals, kind=self._get_default_kind(vals))

    @api.model
    def _get_default_kind(self, vals):
        if vals.get("order_model") in ORDER_MODELS:
            return "earn" if vals.get("issued") else "redeem"
        return "gift" if vals.get("issued") and not vals.get("used") else "adjust"

    @api.model
    def _may_describe(self, vals_list):
        """Who generates cards without points has core write a line of words for each."""
        words = {"card_id", "description", "issued", "used", "kind"}
        return self.env.user.has_group("crm_loyalty.group_crm_loyalty_manager") and not any(
            vals.get("issued") or vals.get("used") or vals.keys() - words for vals in vals_list
        )

    def _check_written_by_ledger(self):
        """A line that moves no balance, or a changed one, would make the history a lie."""
        if not self.env.su:
            raise AccessError(
                self.env._(
                    "The history of points is written by what happens to the card: use Update"
                    " Balance to give or take points."
                )
            )

    # What a line names

    def _get_order_portal_url(self):
        if self.order_id and self.order_model == "crm.complaint":
            url = self._get_complaint().access_url
            return url if url != "#" else False
        return super()._get_order_portal_url()

    def _get_order_description(self):
        if self.order_model == "crm.complaint":
            return self._get_complaint().display_name or ""
        return super()._get_order_description()

    def _get_complaint(self):
        # sudo: whoever may read the history of a card may read what it names
        return self.env["crm.complaint"].sudo().browse(self.order_id).exists()
