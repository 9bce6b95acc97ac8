from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.crm_complaint_compensation import PROGRAM_TYPES


class CrmComplaintCompensate(models.TransientModel):
    """Give points or a voucher because of a complaint, or ask a manager to."""

    _name = "crm.complaint.compensate"
    _description = "Compensate a Complaint"

    complaint_id = fields.Many2one(comodel_name="crm.complaint", required=True, readonly=True)
    company_id = fields.Many2one(related="complaint_id.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(related="complaint_id.partner_id")
    kind = fields.Selection(
        selection=[("points", "Points"), ("voucher", "Voucher")],
        required=True,
        default="voucher",
    )
    program_id = fields.Many2one(
        comodel_name="loyalty.program",
        compute="_compute_program_id",
        store=True,
        readonly=False,
        help="The points go to the customer's card of this program, or the voucher is one of it.",
    )
    points = fields.Float()
    amount = fields.Monetary(
        string="Value",
        compute="_compute_amount",
        store=True,
        readonly=False,
        help="What it is worth to the customer: it counts as a cost of the complaint.",
    )
    valid_until = fields.Date(help="Leave empty for a voucher that does not expire.")
    description = fields.Char(
        string="Reason",
        compute="_compute_description",
        store=True,
        readonly=False,
        help="The customer reads it beside the points or the voucher.",
    )
    card_info = fields.Char(string="Card", compute="_compute_card_info")
    is_value_unknown = fields.Boolean(compute="_compute_needs_approval")
    needs_approval = fields.Boolean(compute="_compute_needs_approval")
    customer_has_email = fields.Boolean(compute="_compute_customer_has_email")

    @api.depends("kind", "complaint_id")
    def _compute_program_id(self):
        for wizard in self:
            if wizard.program_id.program_type not in PROGRAM_TYPES[wizard.kind or "voucher"]:
                domain = wizard._get_program_domain()
                wizard.program_id = self.env["loyalty.program"].search(domain, limit=1)

    @api.depends("kind", "program_id", "points")
    def _compute_amount(self):
        for wizard in self:
            # sudo: rewards are read for users who may compensate but not open them
            program, company = wizard.program_id.sudo(), wizard.company_id
            if not program:
                wizard.amount = 0
            elif wizard.kind == "points":
                wizard.amount = program._get_points_value(wizard.points, company)
            else:
                wizard.amount = program._get_voucher_value(company) or wizard.amount

    @api.depends("complaint_id")
    def _compute_description(self):
        for wizard in self:
            # The customer reads it, so it is in his language
            env = wizard.with_context(lang=wizard.partner_id.lang or self.env.lang).env
            wizard.description = env._(
                "With our apologies: %(number)s", number=wizard.complaint_id.number
            )

    @api.depends("kind", "program_id", "complaint_id")
    def _compute_card_info(self):
        for wizard in self:
            wizard.card_info = False
            if wizard.kind != "points" or not wizard.program_id or not wizard.partner_id:
                continue
            # sudo: of the card only number and balance are shown, to whoever may compensate
            program = wizard.program_id.sudo()
            try:
                card = program._find_compensation_card(wizard.partner_id)
            except UserError as error:
                wizard.card_info = str(error)
                continue
            wizard.card_info = (
                self.env._(
                    "%(number)s: %(points)s",
                    number=card.number or card.partner_id.display_name,
                    points=card.points_display,
                )
                if card
                else self.env._("None yet: a card is made for the customer")
            )

    @api.depends("kind", "program_id", "amount", "complaint_id")
    def _compute_needs_approval(self):
        for wizard in self:
            # sudo: as in _compute_amount
            program = wizard.program_id.sudo()
            wizard.is_value_unknown = bool(program) and not program._tells_compensation_value(
                wizard.kind
            )
            wizard.needs_approval = wizard.is_value_unknown or (
                bool(wizard.amount)
                and wizard.complaint_id._needs_compensation_approval(wizard.amount)
            )

    @api.depends("partner_id")
    def _compute_customer_has_email(self):
        for wizard in self:
            wizard.customer_has_email = bool(wizard.partner_id.email)

    @api.model_create_multi
    def create(self, vals_list):
        wizards = super().create(vals_list)
        wizards._check_complaint_access()
        return wizards

    def write(self, vals):
        result = super().write(vals)
        self._check_complaint_access()
        return result

    @api.onchange("complaint_id")
    def _check_complaint_access(self):
        """Customer and card of a complaint are shown to nobody who may not open it.

        No constraint: those are checked with all rights.
        """
        self.complaint_id._origin.check_access("read")

    def action_compensate(self):
        """Give it, or ask for approval; then show the complaint as it is now."""
        self.ensure_one()
        self.complaint_id.check_access("write")
        # sudo: the right to work on the complaint is the right to ask for a compensation
        compensation = self.env["crm.complaint.compensation"].sudo()
        compensation.create(self._prepare_compensation_values())._submit()
        return {"type": "ir.actions.act_window_close"}

    def _get_program_domain(self):
        return [
            ("program_type", "in", PROGRAM_TYPES[self.kind or "voucher"]),
            "|",
            ("company_id", "=", False),
            ("company_id", "parent_of", self.company_id.ids),
        ]

    def _prepare_compensation_values(self):
        """Check what was entered and return the compensation it makes."""
        self.complaint_id._check_not_merged()
        partner = self.complaint_id._get_compensated_customer()
        # sudo: programs and cards are looked up for users who may compensate but not open them
        program = self.program_id.sudo()
        self._check_program(program)
        values = {
            "complaint_id": self.complaint_id.id,
            "partner_id": partner.id,
            "kind": self.kind,
            "program_id": program.id,
            "description": (self.description or "").strip(),
        }
        if not values["description"]:
            raise UserError(self.env._("Say what it is for: the customer reads it."))
        if self.kind == "points":
            return values | self._prepare_points(program, partner)
        return values | self._prepare_voucher(program)

    def _check_program(self, program):
        if not program:
            raise UserError(
                self.env._("Choose the program that the points or the voucher come from.")
            )
        program._raise_unless_of_company(self.company_id)
        today = fields.Date.context_today(self)
        if not program.active or (program.date_to and program.date_to < today):
            raise UserError(
                self.env._(
                    "The program %(program)s has ended: choose another.", program=program.name
                )
            )
        if program.program_type not in PROGRAM_TYPES[self.kind]:
            raise UserError(
                self.env._(
                    "The program %(program)s gives no points and no vouchers of this kind: choose"
                    " another.",
                    program=program.name,
                )
            )

    def _prepare_points(self, program, partner):
        if self.points <= 0:
            raise UserError(self.env._("Enter how many points to give: more than zero."))
        card = program._find_compensation_card(partner)
        return {
            "points": self.points,
            # reckoned again: what the screen sent is no proof of what points are worth
            "amount": program._get_points_value(self.points, self.company_id),
            "card_id": card.id,
        }

    def _prepare_voucher(self, program):
        if self.currency_id.compare_amounts(self.amount, 0) <= 0:
            raise UserError(
                self.env._("Enter what the voucher is worth: an amount greater than zero.")
            )
        if self.valid_until and self.valid_until < fields.Date.context_today(self):
            raise UserError(
                self.env._("The voucher would have expired already: choose a later date.")
            )
        return {
            "points": program._get_voucher_points(self.amount, self.company_id),
            # a fixed reward is worth what it is, whatever was entered
            "amount": program._get_voucher_value(self.company_id) or self.amount,
            "valid_until": self.valid_until,
        }
