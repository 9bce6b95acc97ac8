import secrets

from odoo import api, fields, models
from odoo.tools import SQL

# Without what is taken for something else when read aloud: I, L, O, 0, 1
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 10


class LoyaltyCard(models.Model):
    """The code of a card by which friends of its holder come.

    It names the card and is worth nothing to who guesses it, so that it may be short.
    """

    _inherit = "loyalty.card"  # pylint: disable=consider-merging-classes-inherited

    referral_code = fields.Char(readonly=True, copy=False)
    referral_url = fields.Char(string="Invitation Link", compute="_compute_referral_url")
    referral_ids = fields.One2many(
        comodel_name="loyalty.referral",
        inverse_name="card_id",
        readonly=True,
    )
    referral_count = fields.Integer(
        string="Friends",
        compute="_compute_referral_count",
        groups="crm_loyalty.group_crm_loyalty_user",
    )
    is_referring = fields.Boolean(compute="_compute_referral_url")

    _referral_code_uniq = models.UniqueIndex("(referral_code) WHERE referral_code IS NOT NULL")

    @api.depends("referral_code", "program_id.referral_active", "program_id.active")
    def _compute_referral_url(self):
        for card in self:
            # sudo: whether the program invites friends is no secret of the customer's card
            is_referring = bool(card.referral_code) and card.program_id.sudo()._is_referring()
            card.is_referring = is_referring
            card.referral_url = (
                f"{card.get_base_url()}/loyalty/join/{card.referral_code}"
                if is_referring
                else False
            )

    @api.depends("referral_ids")
    def _compute_referral_count(self):
        counts = dict(
            self.env["loyalty.referral"]._read_group(
                [("card_id", "in", self.ids)], ["card_id"], ["__count"]
            )
        )
        for card in self:
            card.referral_count = counts.get(card._origin, 0)

    @api.model_create_multi
    def create(self, vals_list):
        default_id = self.default_get(["program_id"]).get("program_id")
        program_ids = [vals.get("program_id", default_id) for vals in vals_list]
        # sudo: only the type is read, whoever creates the card
        programs = self.env["loyalty.program"].sudo().browse(filter(None, program_ids))
        numbered = set(programs.filtered(lambda each: each._has_numbered_cards()).ids)
        return super().create(
            [
                dict(vals, referral_code=self._generate_referral_code())
                if program_id in numbered
                else vals
                for vals, program_id in zip(vals_list, program_ids, strict=True)
            ]
        )

    def action_view_referrals(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty.loyalty_referral_action"
        )
        action["domain"] = [("card_id", "=", self.id)]
        return action

    # Codes

    @api.model
    def _generate_referral_code(self):
        return "".join(secrets.choice(CODE_LETTERS) for _letter in range(CODE_LENGTH))

    def _init_column(self, column_name):
        """Give the cards that are there a code, by SQL: a default would be the same for all."""
        if column_name != "referral_code":
            return super()._init_column(column_name)
        return self._fill_referral_codes()

    @api.model
    def _fill_referral_codes(self):
        """Make codes until each card has one of its own; the second round is for rare twins."""
        types = self.env["loyalty.program"]._get_numbered_program_types()
        missing = SQL(
            "referral_code IS NULL AND program_id IN"
            " (SELECT id FROM loyalty_program WHERE program_type IN %s)",
            types,
        )
        twins = SQL(
            "id IN (SELECT max(id) FROM loyalty_card WHERE referral_code IS NOT NULL"
            " GROUP BY referral_code HAVING count(*) > 1)"
        )
        self.env.cr.execute(self._get_code_update(missing))
        while self.env.cr.rowcount:
            self.env.cr.execute(self._get_code_update(twins))

    @api.model
    def _get_code_update(self, condition):
        return SQL(
            """
            UPDATE loyalty_card
               SET referral_code = (
                       -- names the card, or all of them would get the same code
                       SELECT string_agg(
                                  substr(%(letters)s, 1 + floor(random() * %(count)s)::int, 1), ''
                              )
                         FROM generate_series(1, %(length)s + 0 * loyalty_card.id)
                   )
             WHERE %(condition)s
            """,
            letters=CODE_LETTERS,
            count=len(CODE_LETTERS),
            length=CODE_LENGTH,
            condition=condition,
        )

    @api.model
    def _find_by_referral_code(self, text):
        """Return the card that a typed code stands for today, also after it was replaced.

        Needs sudo: visitors and salespersons of other teams name cards they may not read.
        """
        code = self._tidy_referral_code(text)
        if len(code) != CODE_LENGTH:
            return self.browse()
        card = self.with_context(active_test=False).search([("referral_code", "=", code)])
        return card._get_successor() if card else card

    @api.model
    def _tidy_referral_code(self, text):
        """A code as it is stored: people type it with spaces and in small letters."""
        return "".join(char for char in (text or "").upper() if char in CODE_LETTERS)

    def _may_invite(self):
        """Tell whether friends can come by this card now."""
        return bool(
            self.is_referring and self.active and self.state == "active" and self.partner_id
        )
