from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

APPROVER_GROUPS = (
    "crm_extended.group_crm_complaint_manager",
    "sales_team.group_sale_manager",
)
# Programs by what is given from them
PROGRAM_TYPES = {"points": ("loyalty", "ewallet"), "voucher": ("coupons", "gift_card")}
ACTIVITY_TYPE = "crm_loyalty.mail_activity_type_compensation"


class CrmComplaintCompensation(models.Model):
    """Points or a voucher given because of a complaint: asked for, approved, given once.

    Users read it. It is made by the wizard and decided on by `action_approve` and the wizard for
    refusing, so that nobody writes a state or an amount past the limit.
    """

    _name = "crm.complaint.compensation"
    _description = "Compensation"
    _order = "id desc"
    _rec_name = "description"

    complaint_id = fields.Many2one(
        comodel_name="crm.complaint",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        related="complaint_id.company_id", store=True, precompute=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    kind = fields.Selection(
        selection=[("points", "Points"), ("voucher", "Voucher")],
        required=True,
        readonly=True,
    )
    program_id = fields.Many2one(
        comodel_name="loyalty.program",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    card_id = fields.Many2one(
        comodel_name="loyalty.card",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        groups="sales_team.group_sale_salesman",
        help="The card that the points went to, or the voucher that was made.",
    )
    points = fields.Float(readonly=True, help="What is added to the card or put on the voucher.")
    amount = fields.Monetary(
        string="Value",
        readonly=True,
        help="What it is worth to the customer. It counts as a cost of the complaint. "
        "0 for points that no reward turns into money.",
    )
    valid_until = fields.Date(readonly=True)
    description = fields.Char(
        required=True, readonly=True, help="The customer reads it beside the points."
    )
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("to_approve", "To Approve"),
            ("approved", "Given"),
            ("refused", "Refused"),
        ],
        default="draft",
        required=True,
        readonly=True,
        index=True,
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Requested By",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
    )
    approver_id = fields.Many2one(
        comodel_name="res.users",
        string="Decided By",
        readonly=True,
        help="Empty when no approval was needed.",
    )
    decision_date = fields.Datetime(string="Decided On", readonly=True)
    refusal_reason = fields.Text(readonly=True)
    may_decide = fields.Boolean(compute="_compute_may_decide")

    _value_positive = models.Constraint(
        "CHECK (amount >= 0 AND points > 0)",
        "A compensation gives something: enter points or an amount greater than zero.",
    )
    _complaint_state_idx = models.Index("(complaint_id, state)")

    @api.depends("kind", "points", "amount", "currency_id")
    def _compute_display_name(self):
        for compensation in self:
            compensation.display_name = compensation._format_value()

    @api.depends("state", "user_id")
    @api.depends_context("uid")
    def _compute_may_decide(self):
        is_manager = self._is_approver(self.env.user)
        for compensation in self:
            compensation.may_decide = (
                is_manager
                and compensation.state == "to_approve"
                and compensation.user_id != self.env.user
            )

    @api.constrains("complaint_id", "program_id")
    def _check_program_company(self):
        # sudo: the company of a program is checked for users who may not open programs
        for compensation in self.sudo():
            compensation.program_id._raise_unless_of_company(compensation.company_id)

    # Actions

    def action_approve(self):
        """Give what was asked for. Two managers at once give it once."""
        self._lock_to_decide()
        # sudo: who may decide was checked; managers of complaints may have no rights on cards
        self.sudo()._give(approver=self.env.user)

    def action_refuse(self):
        """Ask for the reason."""
        self.ensure_one()
        return {
            "name": self.env._("Refuse"),
            "type": "ir.actions.act_window",
            "res_model": "crm.complaint.compensation.refuse",
            "view_mode": "form",
            "target": "new",
            "context": {"default_compensation_id": self.id},
        }

    # Asking and deciding

    def _submit(self):
        """Give it at once, or ask for the approval that its value needs."""
        self.ensure_one()
        is_value_known = self.program_id._tells_compensation_value(self.kind)
        if not is_value_known or self.complaint_id._needs_compensation_approval(
            self.amount, besides=self
        ):
            self.state = "to_approve"
            self._ask_for_approval()
        else:
            self._give()

    def _refuse(self, reason):
        self._lock_to_decide()
        if not (reason or "").strip():
            raise UserError(self.env._("Say why you refuse: the colleague who asked reads it."))
        # sudo: who may decide was checked; users have no right to write compensations
        compensation = self.sudo()
        compensation._close("refused", self.env.user, refusal_reason=reason)
        compensation.complaint_id.message_post(
            body=self.env._(
                "The compensation of %(value)s was refused: %(reason)s",
                value=compensation._format_value(),
                reason=reason,
            ),
            partner_ids=compensation.user_id.partner_id.ids,
            subtype_xmlid="mail.mt_note",
        )

    def _lock_to_decide(self):
        """Raise unless the user may decide now; nobody else can until the transaction ends."""
        self.ensure_one()
        self.check_access("read")
        if not self._is_approver(self.env.user):
            raise AccessError(
                self.env._(
                    "Only a manager of complaints or of sales decides on compensations: ask one."
                )
            )
        if self.user_id == self.env.user:
            raise UserError(
                self.env._("You asked for this compensation: another manager has to decide on it.")
            )
        if not self.try_lock_for_update():
            raise UserError(
                self.env._("Somebody else is deciding on this compensation: reload the page.")
            )
        self.invalidate_recordset(["state"])
        if self.state != "to_approve":
            raise UserError(
                self.env._(
                    "This compensation does not wait for approval any more: reload the page."
                )
            )

    @api.model
    def _is_approver(self, user):
        return any(user.has_group(group) for group in APPROVER_GROUPS)

    def _close(self, state, approver=None, **values):
        self.write(
            {
                "state": state,
                "approver_id": approver.id if approver else False,
                "decision_date": fields.Datetime.now(),
                **values,
            }
        )
        waiting = self.complaint_id.compensation_ids.filtered(lambda c: c.state == "to_approve")
        if approver and not waiting:
            self.complaint_id.activity_unlink([ACTIVITY_TYPE])

    def _ask_for_approval(self):
        """Plan an activity for a manager: the team leader first."""
        complaint = self.complaint_id
        managers = self.env["res.users"].union(
            *(self.env.ref(group).all_user_ids for group in APPROVER_GROUPS)
        )
        eligible = (managers - self.user_id).filtered(
            lambda user: user.active and not user.share and complaint.company_id in user.company_ids
        )
        leader = complaint.team_id.user_id
        approver = leader if leader in eligible else eligible[:1]
        if approver:
            complaint.activity_schedule(
                ACTIVITY_TYPE,
                summary=self.with_context(lang=approver.lang).env._(
                    "Approve the compensation of %(value)s", value=self._format_value()
                ),
                user_id=approver.id,
            )

    # Giving

    def _give(self, approver=None):
        self.ensure_one()
        card = self._give_points() if self.kind == "points" else self._give_voucher()
        self._close("approved", approver, card_id=card.id)
        self._tell_customer()

    def _give_points(self):
        """Add the points to the card, which is made now when the customer has none.

        Two that add at the same moment are both counted: the database refuses to write the row of
        a card that was changed since the transaction began, and Odoo then runs it again.
        """
        card = self.card_id or self.program_id._find_compensation_card(self.partner_id)
        if not card:
            card = card.create({"program_id": self.program_id.id, "partner_id": self.partner_id.id})
        if not card.active:
            raise UserError(
                self.env._(
                    "The card %(card)s is archived: unarchive it first, or refuse the request.",
                    card=card.display_name,
                )
            )
        # sudo: the compensation is approved, whoever approves it may write no balance
        card.sudo()._post_points(
            [
                self._prepare_history_values()
                | {"card_id": card.id, "kind": "gift", "issued": self.points}
            ]
        )
        return card

    def _give_voucher(self):
        """Generate it as core does, which also sends its code by e-mail."""
        generation = self.env["loyalty.generate.wizard"].create(
            {
                "program_id": self.program_id.id,
                "mode": "selected",
                "customer_ids": self.partner_id.ids,
                "points_granted": self.points,
                "valid_until": self.valid_until,
                "description": self.description,
            }
        )
        voucher = generation.generate_coupons()
        voucher.history_ids.write(self._prepare_history_values())
        if not generation.will_send_mail and self.partner_id.email:
            template = voucher._get_default_template()
            template.send_mail(voucher.id, email_layout_xmlid="mail.mail_notification_light")
        return voucher

    def _prepare_history_values(self):
        return {
            "description": self.description,
            "order_model": "crm.complaint",
            "order_id": self.complaint_id.id,
        }

    def _tell_customer(self):
        """Say it in the conversation about the complaint, in the customer's language."""
        partner = self.partner_id
        env = self.with_context(lang=partner.lang or self.env.lang).env
        value = self.with_env(env)._format_value()
        if self.kind == "points":
            body = env._("We have added %(value)s to your card.", value=value)
        elif partner.email:
            body = env._("We have sent you a voucher of %(value)s by e-mail.", value=value)
        else:
            body = env._("We have a voucher of %(value)s for you. Please ask us.", value=value)
        self.complaint_id.message_post(
            body=Markup("<p>%s</p>") % body,
            message_type="comment",
            partner_ids=partner.ids,
            subtype_xmlid="mail.mt_comment",
        )

    def _format_value(self):
        """What is given in words: points by their name, a voucher by its value."""
        self.ensure_one()
        if self.kind == "points":
            # sudo: only the name of the points is read
            return self.program_id.sudo()._format_compensation_points(self.points)
        return self.currency_id.format(self.amount)
