from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..tools.plain_context import without_defaults
from ..tools.points import POINTS_DIGITS, round_points

ACTIVITY_TYPE = "crm_loyalty.mail_activity_type_adjustment"


class LoyaltyAdjustment(models.Model):
    """Points given or taken by hand, with the reason; many of them ask for a second person.

    Users read it: it is made by `_request` and decided on by `action_approve` and `_refuse`, so
    that nobody writes past the limit of the program.
    """

    _name = "loyalty.adjustment"
    _description = "Adjustment of Points"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_name = "reason"

    card_id = fields.Many2one(
        comodel_name="loyalty.card",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    program_id = fields.Many2one(
        related="card_id.program_id",
        store=True,
        precompute=True,
    )
    company_id = fields.Many2one(
        related="card_id.company_id",
        store=True,
        precompute=True,
    )
    partner_id = fields.Many2one(
        string="Customer",
        related="card_id.partner_id",
    )
    points = fields.Float(
        help="Below zero: taken from the card.",
        digits=POINTS_DIGITS,
        min_display_digits=0,
        required=True,
        readonly=True,
    )
    reason = fields.Char(
        help="The customer reads it in the history of the card.",
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        selection=[
            ("waiting", "To Approve"),
            ("done", "Done"),
            ("refused", "Refused"),
        ],
        required=True,
        readonly=True,
        default="waiting",
        index=True,
        tracking=True,
    )
    user_id = fields.Many2one(
        string="Requested By",
        comodel_name="res.users",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
    )
    approver_id = fields.Many2one(
        string="Decided By",
        help="Empty when no approval was needed.",
        comodel_name="res.users",
        readonly=True,
    )
    refusal_reason = fields.Char(readonly=True)
    history_id = fields.Many2one(
        comodel_name="loyalty.history",
        readonly=True,
    )
    may_decide = fields.Boolean(compute="_compute_may_decide")

    _points_not_zero = models.Constraint(
        "CHECK (points != 0)",
        "An adjustment gives or takes points: enter a number other than zero.",
    )

    @api.depends("state", "user_id")
    @api.depends_context("uid")
    def _compute_may_decide(self):
        is_manager = self.env.user.has_group("crm_loyalty.group_crm_loyalty_manager")
        for adjustment in self:
            adjustment.may_decide = (
                is_manager and adjustment.state == "waiting" and adjustment.user_id != self.env.user
            )

    # Actions

    def action_approve(self):
        """Give or take the points. Two managers at once do it once."""
        self._lock_to_decide()
        # sudo: who may decide was checked; nobody has rights to write balances
        adjustment = self.sudo()
        adjustment._apply()
        adjustment.approver_id = self.env.user
        adjustment.activity_unlink([ACTIVITY_TYPE])

    def action_refuse(self):
        """Ask for the reason."""
        self.ensure_one()
        return {
            "name": self.env._("Refuse"),
            "type": "ir.actions.act_window",
            "res_model": "loyalty.adjustment.refuse",
            "view_mode": "form",
            "target": "new",
            "context": {"default_adjustment_id": self.id},
        }

    # Asking and deciding

    @api.model
    def _request(self, card, points, reason):
        """Adjust the points of a card now, or ask for the approval that so many points need.

        :param points: to give, or (below zero) to take
        :return: the adjustment, in the state "done" or "waiting"
        """
        card.ensure_one()
        self._check_may_request(card)
        if not (reason or "").strip():
            raise UserError(
                self.env._("Say why the points change: the customer reads it in the history.")
            )
        card._check_points(points)
        # sudo: checked above; users have no right to write adjustments
        adjustment = without_defaults(self.sudo()).create(
            {
                "card_id": card.id,
                "points": round_points(points),
                "reason": reason.strip(),
                "user_id": self.env.uid,
            }
        )
        if adjustment._needs_approval():
            adjustment._raise_on_missing_points()
            adjustment._ask_for_approval()
        else:
            adjustment._apply()
        return adjustment.with_env(self.env)

    @api.model
    def _check_may_request(self, card):
        card.check_access("read")
        if not self.env.su and not self.env.user.has_group("crm_loyalty.group_crm_loyalty_user"):
            raise AccessError(
                self.env._("Adjusting points needs the right Loyalty: User. Ask an administrator.")
            )

    def _needs_approval(self):
        """Small adjustments of a day (24 hours, wherever) add up: a large one is not made of them.

        Those of the cards that this one replaced count as well: the points have moved with it.
        """
        self.ensure_one()
        a_day_ago = fields.Datetime.now() - timedelta(days=1)
        others = self.search(
            Domain("create_date", ">=", a_day_ago)
            & Domain("card_id", "in", (self.card_id | self.card_id.replaced_ids).ids)
            & Domain("user_id", "=", self.user_id.id)
            & Domain("state", "=", "done")
        )
        points = sum(abs(adjustment.points) for adjustment in self | others)
        return points > self.program_id.adjustment_limit

    def _raise_on_missing_points(self):
        """Nobody should approve what cannot be done."""
        if -self.points > self.card_id.points:
            raise UserError(
                self.env._(
                    "%(card)s holds %(available)s: take no more than that.",
                    card=self.card_id.display_name,
                    available=self.card_id.points_display,
                )
            )

    def _apply(self):
        self.ensure_one()
        self.history_id = self.env["loyalty.card"]._post_points(
            [
                {
                    "card_id": self.card_id.id,
                    "kind": "adjust",
                    "issued": max(self.points, 0.0),
                    "used": max(-self.points, 0.0),
                    "description": self.reason,
                    "reason": self.reason,
                }
            ]
        )
        self.state = "done"

    def _refuse(self, reason):
        self._lock_to_decide()
        if not (reason or "").strip():
            raise UserError(self.env._("Say why you refuse: the colleague who asked reads it."))
        # sudo: who may decide was checked; users have no right to write adjustments
        adjustment = self.sudo()
        adjustment.write(
            {"state": "refused", "approver_id": self.env.uid, "refusal_reason": reason.strip()}
        )
        adjustment.activity_unlink([ACTIVITY_TYPE])
        adjustment.message_post(
            body=self.env._("Refused: %(reason)s", reason=reason),
            partner_ids=adjustment.user_id.partner_id.ids,
            subtype_xmlid="mail.mt_note",
        )

    def _lock_to_decide(self):
        """Raise unless the user may decide now; nobody else can until the transaction ends."""
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("crm_loyalty.group_crm_loyalty_manager"):
            raise AccessError(
                self.env._("Only a loyalty administrator decides on adjustments: ask one.")
            )
        if self.user_id == self.env.user:
            raise UserError(
                self.env._("You asked for this adjustment: another administrator has to decide.")
            )
        if not self.sudo().try_lock_for_update():  # sudo: users may read it, not write it
            raise UserError(
                self.env._("Somebody else is deciding on this adjustment: reload the page.")
            )
        self.invalidate_recordset(["state"])
        if self.state != "waiting":
            raise UserError(
                self.env._("This adjustment does not wait for approval any more: reload the page.")
            )

    def _ask_for_approval(self):
        """Plan an activity for an administrator other than who asks."""
        approver = (self._get_managers() - self.user_id)[:1]
        if approver:
            self.activity_schedule(
                ACTIVITY_TYPE,
                summary=self.with_context(lang=approver.lang).env._(
                    "Approve an adjustment of %(points)s",
                    points=self.card_id._format_points(self.points),
                ),
                user_id=approver.id,
            )

    def _get_managers(self):
        """Who may decide: the loyalty administrators of the company."""
        company = self.company_id or self.env.company
        managers = self.env.ref("crm_loyalty.group_crm_loyalty_manager").all_user_ids
        return managers.filtered(
            lambda user: user.active and not user.share and company in user.company_ids
        )
