from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError, ValidationError

STATE_FIELDS = frozenset(("state", "block_reason", "replaced_by_id"))


class LoyaltyCard(models.Model):
    """The life of a card: handed out, blocked, replaced; and one of a kind for each customer."""

    _inherit = "loyalty.card"  # pylint: disable=consider-merging-classes-inherited

    state = fields.Selection(
        selection=[("active", "Active"), ("blocked", "Blocked"), ("replaced", "Replaced")],
        string="Status",
        help="A blocked card neither earns nor spends. A replaced card is archived: its balance"
        " moved to the card that replaced it.",
        required=True,
        default="active",
        readonly=True,
        copy=False,
        tracking=True,
    )
    block_reason = fields.Char(
        string="Reason for Blocking",
        readonly=True,
        copy=False,
        tracking=True,
    )
    replaced_by_id = fields.Many2one(
        string="Replaced by",
        comodel_name="loyalty.card",
        index="btree_not_null",
        readonly=True,
        copy=False,
    )
    replaced_ids = fields.One2many(
        string="Earlier Cards",
        comodel_name="loyalty.card",
        inverse_name="replaced_by_id",
        context={"active_test": False},
    )
    replaces_id = fields.Many2one(
        comodel_name="loyalty.card",
        compute="_compute_replaces_id",
    )
    issue_date = fields.Date(
        string="Issued on",
        help="The day the card was given to its customer.",
        compute="_compute_issue_date",
        store=True,
        precompute=True,
        readonly=False,
        copy=False,
    )
    is_nominative = fields.Boolean(
        string="One per Customer",
        related="program_id.is_nominative",
        store=True,
        precompute=True,
    )

    _holder_uniq = models.UniqueIndex(
        "(program_id, partner_id) WHERE active AND is_nominative",
        "The customer already has a card of this program, and can have only one: replace or archive"
        " that card first.",
    )
    _replaced_archived = models.Constraint(
        "CHECK (state <> 'replaced' OR active IS NOT TRUE)",
        "A replaced card stays archived: use the card that replaced it.",
    )

    @api.depends("replaced_ids")
    def _compute_replaces_id(self):
        for card in self:
            card.replaces_id = card.replaced_ids.sorted("id")[-1:]

    @api.depends("partner_id")
    def _compute_issue_date(self):
        """The day the card got a customer; another customer later (a merge) does not change it."""
        for card in self:
            if card.partner_id and not card.issue_date:
                card.issue_date = card._get_today()
            else:
                card.issue_date = card.issue_date

    # CRUD

    @api.model_create_multi
    def create(self, vals_list):
        """Say that a customer has a card already; wait for one that is being made elsewhere.

        Two first orders of a customer that are confirmed at once both see no card. The database
        lets the second wait for the first and then refuses it: it is tried again as a whole, and
        finds the card.
        """
        self._check_no_second_card(vals_list)
        try:
            return super().create(vals_list)
        except UniqueViolation as error:
            if error.diag.constraint_name != "loyalty_card_holder_uniq":
                raise
            raise ConcurrencyError("another transaction makes the customer's card") from error

    def write(self, vals):
        if not self.env.su and STATE_FIELDS.intersection(vals):
            raise AccessError(
                self.env._("Cards are blocked, unblocked and replaced by their buttons only.")
            )
        return super().write(vals)

    def copy_data(self, default=None):
        """A customer has one card of a program, so the copy of a card is nobody's yet."""
        vals_list = super().copy_data(default)
        for card, vals in zip(self, vals_list, strict=True):
            if card.is_nominative and "partner_id" not in (default or {}):
                vals["partner_id"] = False
        return vals_list

    @api.model
    def _check_no_second_card(self, vals_list):
        """Raise a sentence when one of the new cards is a second card of its customer."""
        programs = self.env["loyalty.program"].browse(
            {vals["program_id"] for vals in vals_list if vals.get("program_id")}
        )
        # sudo: only the kind of the program and whether there is a card are read
        nominative = set(programs.sudo().filtered("is_nominative").ids)
        wanted = [
            (vals["program_id"], vals["partner_id"])
            for vals in vals_list
            if vals.get("partner_id")
            and vals.get("program_id") in nominative
            and vals.get("active", True)
        ]
        if not wanted:
            return
        # sudo: whoever else's card it is, the customer has it
        groups = self.sudo()._read_group(
            [
                ("program_id", "in", [program_id for program_id, _partner_id in wanted]),
                ("partner_id", "in", [partner_id for _program_id, partner_id in wanted]),
            ],
            ["program_id", "partner_id"],
        )
        taken = {(program.id, partner.id) for program, partner in groups}
        for program_id, partner_id in wanted:
            if (program_id, partner_id) in taken:
                raise ValidationError(
                    self.env._(
                        "%(customer)s already has a card of %(program)s, and can have only one:"
                        " replace or archive that card first.",
                        customer=self.env["res.partner"].browse(partner_id).sudo().display_name,
                        program=programs.browse(program_id).sudo().name,
                    )
                )
            taken.add((program_id, partner_id))

    # Actions

    def action_block(self):
        """Ask for the reason, then block the cards."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Block Card"),
            "res_model": "loyalty.card.block",
            "view_mode": "form",
            "target": "new",
            "context": {"default_card_ids": self.ids},
        }

    def action_unblock(self):
        """Let blocked cards be used again."""
        self.check_access("read")
        if not self.env.user.has_group("crm_loyalty.group_crm_loyalty_manager"):
            raise AccessError(
                self.env._("Only a loyalty administrator may unblock a card: ask one to do it.")
            )
        blocked = self.filtered(lambda card: card.state == "blocked")
        # sudo: these fields are written by the buttons only
        blocked.sudo().write({"state": "active", "block_reason": False})

    def _block(self, reason):
        """Block the cards: from now on they neither earn nor spend.

        Whoever serves customers may do so: a lost card cannot wait for an administrator.
        """
        self.check_access("read")
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why the card is blocked: the customer will ask."))
        for card in self:
            if card.state == "replaced":
                card._raise_on_blocked()
        # sudo: these fields are written by the buttons only
        self.sudo().write({"state": "blocked", "block_reason": reason})

    def _raise_on_blocked(self):
        """Raise the sentence that says why a card may neither earn nor spend, if so."""
        for card in self:
            name = card.number or card.code
            if card.state == "blocked":
                raise UserError(
                    self.env._(
                        "The card %(number)s is blocked (%(reason)s): it neither earns nor spends"
                        " until a loyalty administrator unblocks it.",
                        number=name,
                        reason=card.block_reason,
                    )
                )
            if card.state == "replaced":
                # sudo: whoever may see a card may be told which one replaced it
                successor = card.sudo().replaced_by_id
                raise UserError(
                    self.env._(
                        "The card %(number)s was replaced by %(successor)s: use that one.",
                        number=name,
                        successor=successor.number or successor.code,
                    )
                )

    # Overrides

    def _raise_on_unusable_card(self, company):
        self._raise_on_blocked()
        return super()._raise_on_unusable_card(company)
