from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

# Programs whose coupons are all worth the same, so that no amount has to be typed in
VOUCHER_TYPES = ("coupons", "next_order_coupons")


class LoyaltyCampaign(models.Model):
    """Vouchers for chosen customers, and what came of them compared with customers who got none.

    Draft: whom it is for is being chosen. Prepared: the customers and who of them is held out are
    written down, the mailings can be edited. Sent: each has a voucher, the mailings go out. Done:
    the vouchers have expired.
    """

    _name = "loyalty.campaign"
    _description = "Voucher Campaign"
    _inherit = ["crm.transition.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(
        string="Campaign",
        required=True,
        translate=True,
        help="Customers read it beside their voucher.",
    )
    active = fields.Boolean(default=True)
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("prepared", "Prepared"),
            ("sent", "Sent"),
            ("done", "Done"),
        ],
        string="Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        group_expand=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        help="Answers of customers go to this person.",
    )
    hash_key = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: uuid4().hex,
        help="With the customer, it decides who is held out, always in the same way.",
    )
    holdout_percent = fields.Float(
        string="Hold-Out (%)",
        default=10,
        digits=(5, 2),
        help="So many of the customers get nothing. What they buy all the same is what the"
        " campaign is compared with. Who is held out of this campaign never changes.",
    )
    program_id = fields.Many2one(
        comodel_name="loyalty.program",
        string="Voucher",
        required=True,
        index=True,
        check_company=True,
        domain=[("program_type", "in", VOUCHER_TYPES)],
        ondelete="restrict",
        help="Each customer gets a coupon of this program with a code of his own.",
    )
    validity_days = fields.Integer(
        string="Valid For (Days)",
        default=30,
        help="How long the vouchers can be used. What the customers buy in this time counts as"
        " the result.",
    )
    channel = fields.Selection(
        selection=[("mail", "E-mail"), ("sms", "SMS"), ("both", "E-mail and SMS")],
        string="Send By",
        default="mail",
        required=True,
    )

    member_ids = fields.One2many(
        comodel_name="loyalty.campaign.member",
        inverse_name="campaign_id",
        string="Customers",
        readonly=True,
        copy=False,
    )
    launch_date = fields.Datetime(string="Launched On", readonly=True, copy=False)
    expiration_date = fields.Date(
        string="Vouchers Expire On",
        readonly=True,
        copy=False,
        help="The last day they can be used.",
    )

    _holdout_share = models.Constraint(
        "CHECK (holdout_percent >= 0 AND holdout_percent <= 90)",
        "The hold-out is between 0 and 90 percent of the customers.",
    )
    _validity_positive = models.Constraint(
        "CHECK (validity_days BETWEEN 1 AND 3650)",
        "The vouchers are valid for at least one day and at most ten years.",
    )

    @api.constrains("program_id")
    def _check_program(self):
        for campaign in self:
            # sudo: only the type is read
            if campaign.program_id.sudo().program_type not in VOUCHER_TYPES:
                raise ValidationError(
                    self.env._(
                        "%(program)s gives no vouchers: choose a program of coupons.",
                        program=campaign.program_id.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_launched(self):
        if any(campaign.launch_date for campaign in self):
            raise UserError(
                self.env._(
                    "Customers have vouchers of this campaign: archive it instead of deleting it."
                )
            )

    # Actions

    def action_prepare(self):
        """Write down who is in the campaign, and draft its mailings."""
        for campaign in self:
            campaign._lock_state("draft")
            campaign._raise_unless_ready()
            campaign._freeze_audience()
            campaign._create_mailings()
            campaign.state = "prepared"

    def action_reset(self):
        """Back to draft: nobody has got anything yet."""
        for campaign in self:
            campaign._lock_state("prepared")
            if campaign.launch_date:
                raise UserError(
                    self.env._("This campaign is being sent: it cannot be changed any more.")
                )
            # sudo: members and mailings are made by the campaign, whoever is in charge of it
            campaign.sudo().mailing_ids.unlink()
            campaign.sudo()._delete_audience()
            campaign.state = "draft"

    def action_launch(self):
        """Let the scheduled action issue the vouchers and send the mailings, at once."""
        for campaign in self:
            campaign._lock_state("prepared")
            if not campaign.launch_date:
                campaign._launch()
        return True

    def action_view_members(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty.loyalty_campaign_member_action"
        )
        action["domain"] = [("campaign_id", "=", self.id)]
        return action

    def action_view_mailings(self):
        """The mailings in Odoo's designer, for those in charge of mailings."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mass_mailing.mailing_mailing_action_mail"
        )
        action["domain"] = [("loyalty_campaign_id", "=", self.id)]
        action["context"] = {"create": False}
        return action

    def action_view_report(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty.loyalty_campaign_report_action"
        )
        action["domain"] = [("campaign_id", "=", self.id)]
        return action

    # Status

    @api.model
    def _get_transitions(self):
        return {
            "draft": {"prepared"},
            "prepared": {"draft", "sent"},
            "sent": {"done"},
            "done": set(),
        }

    def _lock_state(self, state):
        """Raise unless the campaign is in `state` and may be changed; lock it."""
        self.ensure_one()
        self.check_access("write")
        if not self.try_lock_for_update():
            raise UserError(self.env._("Somebody else is changing this campaign: reload the page."))
        self.invalidate_recordset(["state", "launch_date"])
        if self.state != state:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "This campaign is “%(state)s” by now: reload the page.",
                    state=labels[self.state],
                )
            )

    def _raise_unless_ready(self):
        """Say what is missing before customers are chosen."""
        self.ensure_one()
        # sudo: who runs campaigns may not open programs of coupons
        self.program_id.sudo().with_company(self.company_id)._raise_unless_issues_vouchers()
        if self._get_choice_domain() is None:
            raise UserError(
                self.env._("Choose whom the campaign is for: nothing chosen is not everybody.")
            )

    @api.model
    def _get_launched_domain(self):
        """The campaigns whose vouchers are being issued."""
        return Domain("state", "=", "prepared") & Domain("launch_date", "!=", False)
