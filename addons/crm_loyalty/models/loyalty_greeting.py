from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from .loyalty_program_voucher import VOUCHER_TYPES

LONGEST_CATCH_UP = 31
TEMPLATE_MODEL = "loyalty.greeting.log"


class LoyaltyGreeting(models.Model):
    """What customers are sent on an occasion, and who of them."""

    _name = "loyalty.greeting"
    _description = "Greeting"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        default=10, help="Who is in two greetings of an occasion gets the first."
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
        help="Its customers, and those of all companies, get the greeting in its name.",
    )
    occasion = fields.Selection(
        selection=[
            ("birthday", "Birthday"),
            ("anniversary", "Card Anniversary"),
            ("holiday", "Holiday"),
        ],
        default="birthday",
        required=True,
        help="Who was born on 29 February is greeted on the 28th in other years.",
    )
    holiday_id = fields.Many2one(comodel_name="loyalty.holiday", ondelete="restrict")
    catch_up_days = fields.Integer(
        string="Catch Up",
        default=3,
        required=True,
        help="When the nightly action did not run, greetings are sent up to this many days late; "
        "later they are left out. 0: on the day only.",
    )
    card_program_id = fields.Many2one(
        comodel_name="loyalty.program",
        string="Holders of a Card",
        domain=[("program_type", "=", "loyalty")],
        ondelete="restrict",
        check_company=True,
        help="Only customers with a card of this program, and the anniversary of that card.",
    )
    segment_ids = fields.Many2many(
        comodel_name="crm.segment", string="Segments", help="Only customers in any of these."
    )
    mail_template_id = fields.Many2one(
        comodel_name="mail.template",
        string="E-mail",
        compute="_compute_templates",
        store=True,
        precompute=True,
        readonly=False,
        ondelete="restrict",
        domain=[("model", "=", TEMPLATE_MODEL)],
    )
    sms_template_id = fields.Many2one(
        comodel_name="sms.template",
        string="SMS",
        ondelete="restrict",
        domain=[("model", "=", TEMPLATE_MODEL)],
        help="Sent beside the e-mail.",
    )
    voucher_program_id = fields.Many2one(
        comodel_name="loyalty.program",
        string="Voucher",
        domain=[("program_type", "in", [kind for kind in VOUCHER_TYPES if kind != "gift_card"])],
        ondelete="restrict",
        check_company=True,
        help="Each customer gets a personal code of this program.",
    )
    voucher_days = fields.Integer(
        string="Valid For",
        default=30,
        help="Days the voucher can be used. 0: as long as the program.",
    )
    log_ids = fields.One2many(
        comodel_name="loyalty.greeting.log", inverse_name="greeting_id", string="Sent Greetings"
    )
    sent_count = fields.Integer(string="Sent", compute="_compute_sent_count")
    due_count = fields.Integer(
        string="Due Now",
        compute="_compute_due_count",
        help="Customers whom the next run greets. Left out are those who did not agree to "
        "greetings, are on a blacklist, cannot be reached, were greeted already, or whose company "
        "has a severe open complaint.",
    )
    error = fields.Char(
        string="Problem", readonly=True, copy=False, help="Why the last run sent nothing."
    )

    _days_in_range = models.Constraint(
        f"CHECK (catch_up_days BETWEEN 0 AND {LONGEST_CATCH_UP} AND voucher_days >= 0)",
        f"Greetings are caught up within 0 to {LONGEST_CATCH_UP} days, and a voucher's days are"
        " not negative.",
    )

    @api.depends("occasion")
    def _compute_templates(self):
        for greeting in self:
            greeting.mail_template_id = self.env.ref(
                f"crm_loyalty.mail_template_greeting_{greeting.occasion}",
                raise_if_not_found=False,
            )

    @api.depends("log_ids")
    def _compute_sent_count(self):
        counts = dict(
            self.env["loyalty.greeting.log"]._read_group(
                [("greeting_id", "in", self.ids)], ["greeting_id"], ["__count"]
            )
        )
        for greeting in self:
            greeting.sent_count = counts.get(greeting._origin, 0)

    @api.depends(
        "occasion",
        "holiday_id",
        "catch_up_days",
        "company_id",
        "card_program_id",
        "segment_ids",
        "mail_template_id",
        "sms_template_id",
    )
    def _compute_due_count(self):
        for greeting in self:
            # sudo: how many customers there are is told, not who
            partners = self.env["res.partner"].sudo()
            greeting.due_count = partners.search_count(greeting._get_due_domain())

    @api.constrains("occasion", "holiday_id")
    def _check_holiday(self):
        for greeting in self:
            if greeting.occasion == "holiday" and not greeting.holiday_id:
                raise ValidationError(
                    self.env._(
                        "Choose the holiday on which %(greeting)s is sent.", greeting=greeting.name
                    )
                )

    @api.constrains("mail_template_id", "sms_template_id")
    def _check_templates(self):
        for greeting in self:
            # sudo: only the models of the templates are read
            templates = [greeting.sudo().mail_template_id, greeting.sudo().sms_template_id]
            if not any(templates):
                raise ValidationError(
                    self.env._(
                        "Choose an e-mail or an SMS for %(greeting)s.", greeting=greeting.name
                    )
                )
            for template in templates:
                if template and template.model != TEMPLATE_MODEL:
                    raise ValidationError(
                        self.env._(
                            "%(template)s is not made for greetings: choose another, or duplicate"
                            " one of a greeting.",
                            template=template.name,
                        )
                    )

    @api.constrains("voucher_program_id")
    def _check_voucher_program(self):
        for greeting in self.filtered("voucher_program_id"):
            greeting.voucher_program_id._raise_unless_issues_vouchers()

    # Actions

    def action_view_sent(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty.loyalty_greeting_log_action"
        )
        action["domain"] = [("greeting_id", "=", self.id)]
        return action

    # Who

    def _get_audience_domain(self):
        """The customers who may get this greeting on whichever day is theirs."""
        self.ensure_one()
        held_back = Domain(
            "commercial_partner_id", "in", self.env["crm.complaint"]._get_severe_customers()
        )
        domains = [
            Domain("is_guest", "=", False),
            Domain("type", "=", "contact"),
            Domain("company_id", "in", [False, *self.company_id.ids]),
            self.env["res.partner"]._get_consent_domain(),
            self._get_reachable_domain(),
            ~held_back,
        ]
        if self.card_program_id:
            domains.append(Domain("id", "in", self._get_holders_sql()))
        if self.segment_ids:
            # sudo: the segment decides, not who runs the action
            members = self.env["crm.segment.member"].sudo()
            members = members._search([("segment_id", "in", self.segment_ids.ids)])
            customers = members.subselect(SQL.identifier("crm_segment_member", "partner_id"))
            domains.append(Domain("id", "in", customers))
        return Domain.AND(domains)

    def _get_reachable_domain(self):
        reachable = []
        if self.mail_template_id:
            reachable.append(self._get_mailable_domain())
        if self.sms_template_id:
            reachable.append(self._get_textable_domain())
        return Domain.OR(reachable)

    @api.model
    def _get_mailable_domain(self):
        blacklist = SQL("(SELECT email FROM mail_blacklist WHERE active)")
        return Domain("email_normalized", "!=", False) & ~Domain(
            "email_normalized", "in", blacklist
        )

    @api.model
    def _get_textable_domain(self):
        blacklist = SQL("(SELECT number FROM phone_blacklist WHERE active)")
        return Domain("phone_sanitized", "!=", False) & ~Domain("phone_sanitized", "in", blacklist)

    def _get_holders_sql(self):
        return SQL("(SELECT card.partner_id FROM %s)", self._get_cards_sql())

    def _get_cards_sql(self):
        """The cards that count, as what follows FROM: `loyalty_card card WHERE ...`."""
        self.env["loyalty.card"].flush_model(
            ["active", "issue_date", "partner_id", "program_id", "state"]
        )
        programs = self.card_program_id or self.env["loyalty.program"].search(
            [
                ("program_type", "=", "loyalty"),
                ("company_id", "in", [False, *self.company_id.ids]),
            ]
        )
        return SQL(
            "loyalty_card card WHERE card.program_id = ANY(%s) AND card.partner_id IS NOT NULL"
            " AND card.active AND card.state = 'active'",
            programs.ids,
        )
