from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from ..tools import card_number

NUMBERING_BATCH = 10_000


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"
    _rec_names_search = ["number", "code"]

    number = fields.Char(
        string="Card Number",
        help="Thirteen digits, the last one a check digit, so that a mistyped number is noticed."
        " Leave empty to get the next one, or type the number of a printed card.",
        copy=False,
        tracking=True,
    )
    number_barcode_url = fields.Char(compute="_compute_number_urls")
    number_qr_url = fields.Char(compute="_compute_number_urls")

    _number_unique = models.UniqueIndex(
        "(number) WHERE number IS NOT NULL",
        "Another card already has this card number: each card needs a number of its own.",
    )

    @api.depends("number")
    def _compute_display_name(self):
        """Show the number rather than core's code, and no "False" before a program is chosen."""
        own_name = self.filtered(lambda card: card.number or not card.program_id)
        for card in own_name:
            name = card.number or card.code
            card.display_name = f"{card.program_id.name}: {name}" if card.program_id else name
        return super(LoyaltyCard, self - own_name)._compute_display_name()

    @api.depends("number")
    def _compute_number_urls(self):
        """Odoo draws an EAN-13 that begins with 0 as Code 128, which scanners read the same."""
        route = "/report/barcode/?barcode_type=%s&value=%s&width=%s&height=%s&humanreadable=%s"
        for card in self:
            number = card.number if card_number.is_valid(card.number or "") else False
            card.number_barcode_url = number and route % ("EAN13", number, 480, 120, 1)
            card.number_qr_url = number and route % ("QR", number, 160, 160, 0)

    @api.model
    def _search_display_name(self, operator, value):
        """A number is also found as it is printed or read aloud, with spaces or dashes."""
        domain = super()._search_display_name(operator, value)
        numbers = self._get_searched_numbers(operator, value)
        return Domain(domain) | Domain("number", "in", numbers) if numbers else domain

    @api.constrains("number")
    def _check_number(self):
        for number in self.filtered("number").mapped("number"):
            self._raise_on_faulty_number(number)

    # CRUD

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._tidy_number(vals) for vals in vals_list]
        self._add_missing_numbers(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        if "number" in vals:
            vals = self._tidy_number(vals)
            self._check_number_may_change(vals["number"])
        return super().write(vals)

    # Numbering

    @api.model
    def _tidy_number(self, vals):
        """Return a copy of ``vals`` with the number as it is stored."""
        if "number" not in vals:
            return dict(vals)
        return dict(vals, number=card_number.tidy(vals["number"]) or False)

    def _check_number_may_change(self, number):
        """The number is printed on the card: only a sales manager changes it afterwards."""
        if self.env.su or self.env.user.has_group("sales_team.group_sale_manager"):
            return
        for card in self:
            if (card.number or False) != number:
                raise AccessError(
                    self.env._(
                        "Only a sales manager may change the number of a card: ask one to change"
                        " %(card)s.",
                        card=card.display_name,
                    )
                )

    @api.model
    def _add_missing_numbers(self, vals_list):
        """Give a number to each of ``vals_list`` that needs one: two queries a sequence."""
        default_program_id = False
        if any("program_id" not in vals for vals in vals_list):
            default_program_id = self.default_get(["program_id"]).get("program_id")
        unnumbered = defaultdict(list)
        for vals in vals_list:
            if not vals.get("number"):
                program_id = vals.get("program_id", default_program_id)
                unnumbered[program_id].append(vals)
        by_sequence = defaultdict(list)
        # sudo: only the type and the sequence are read, whoever creates the card
        for program in self.env["loyalty.program"].sudo().browse(filter(None, unnumbered)):
            if program._has_numbered_cards():
                by_sequence[program._get_card_sequence()] += unnumbered[program.id]
        typed = {vals["number"] for vals in vals_list if vals.get("number")}
        for sequence, sequence_vals in by_sequence.items():
            numbers = self._draw_numbers(sequence, len(sequence_vals), typed)
            for vals, number in zip(sequence_vals, numbers, strict=True):
                vals["number"] = number

    @api.model
    def _draw_numbers(self, sequence, count, typed=frozenset()):
        """Return ``count`` free numbers of ``sequence``.

        Numbers that somebody typed in by hand (or that are ``typed`` in the batch at hand) are
        passed over, in steps that double, so that neither a hand-typed card nor a whole imported
        batch makes the confirmation of an order fail.
        """
        numbers, step = [], count
        while len(numbers) < count:
            drawn = sequence._next_loyalty_card_numbers(step)
            # sudo: a number taken in another company is taken
            taken_cards = (
                self.sudo()
                .with_context(active_test=False)
                .search_fetch(
                    [("number", ">=", drawn[0]), ("number", "<=", drawn[-1])],
                    ["number"],
                )
            )
            taken = typed.union(taken_cards.mapped("number"))
            numbers += [number for number in drawn if number not in taken]
            step *= 2
        return numbers[:count]

    @api.model
    def _number_existing_cards(self):
        """Number the cards without a number, archived ones included, by SQL in batches."""
        # sudo: cards of all companies, at installation
        cards = self.sudo().with_context(active_test=False)
        programs = self.env["loyalty.program"].sudo().with_context(active_test=False)
        numbered_types = programs._get_numbered_program_types()
        for program in programs.search([("program_type", "in", numbered_types)]):
            sequence = program._get_card_sequence()
            domain = [("program_id", "=", program.id), ("number", "=", False)]
            for ids in split_every(NUMBERING_BATCH, cards.search(domain, order="id").ids, list):
                self.env.cr.execute(
                    SQL(
                        """
                        UPDATE loyalty_card
                           SET number = numbered.number
                          FROM unnest(%s, %s) AS numbered(id, number)
                         WHERE loyalty_card.id = numbered.id
                        """,
                        ids,
                        self._draw_numbers(sequence, len(ids)),
                    )
                )
                cards.invalidate_model(["number"])

    # Looking up

    @api.model
    def _get_searched_numbers(self, operator, value):
        """Return the card numbers in a search by name; none for what is no whole number."""
        if operator not in ("ilike", "like", "=ilike", "=like", "=", "in"):
            return []
        texts = [value] if isinstance(value, str) else value if operator == "in" else []
        numbers = (card_number.normalise(text) for text in texts if isinstance(text, str))
        return [number for number in numbers if card_number.is_valid(number)]

    @api.model
    def _raise_on_faulty_number(self, number):
        """Raise the sentence that says what is wrong with a normalised number, if anything."""
        fault = card_number.find_fault(number)
        if fault == "length":
            raise ValidationError(
                self.env._(
                    "%(number)s is not a card number: it has %(count)s digits instead of 13.",
                    number=number,
                    count=sum(char.isdecimal() for char in number),
                )
            )
        if fault == "check_digit":
            raise ValidationError(
                self.env._(
                    "%(number)s is not a card number: its check digit is wrong, one digit may be"
                    " mistyped.",
                    number=number,
                )
            )

    @api.model
    def _find_by_number(self, text, company):
        """Return the card with the number ``text`` (as typed or scanned), ready for a sale.

        The card and its customer are of ``company``, of a company above it, or shared by all of
        them. Otherwise a UserError says what is wrong with the number or the card. Record rules
        apply: a card the user may not read is as unknown as one that does not exist.
        """
        card = self._get_by_number(text, company)
        card._raise_on_unusable_card(company)
        return card

    @api.model
    def _get_by_number(self, text, company):
        """Return the card with the number ``text``, whatever its state, with or without customer.

        A UserError says that the number is faulty, or that ``company`` has no such card.
        """
        number = card_number.tidy(text)
        self._raise_on_faulty_number(number)
        card = self.with_context(active_test=False).search(
            Domain("number", "=", number)
            & (Domain("company_id", "=", False) | Domain("company_id", "parent_of", company.ids))
        )
        if not card:
            raise UserError(
                self.env._("There is no card with the number %(number)s.", number=number)
            )
        return card

    def _raise_on_unusable_card(self, company):
        """Raise a UserError that says why a card cannot name the customer of a sale, if so."""
        self.ensure_one()
        if not self.partner_id:
            raise UserError(
                self.env._(
                    "The card %(number)s has no customer yet: choose the customer on the card"
                    " first.",
                    number=self.number,
                )
            )
        # sudo: only the company is read, of a customer whom the user may not see
        holder_company = self.partner_id.sudo().company_id
        if holder_company and holder_company not in company.parent_ids:
            raise UserError(
                self.env._(
                    "The card %(number)s is of a customer of another company: choose a customer"
                    " by name.",
                    number=self.number,
                )
            )
        if not self.active:
            raise UserError(
                self.env._(
                    "The card %(number)s of %(customer)s is archived: choose the customer by name.",
                    number=self.number,
                    customer=self.partner_id.display_name,
                )
            )
        if not self.partner_id.active:
            raise UserError(
                self.env._(
                    "%(customer)s, the customer of the card %(number)s, is archived: unarchive the"
                    " customer, or choose another by name.",
                    number=self.number,
                    customer=self.partner_id.display_name,
                )
            )
