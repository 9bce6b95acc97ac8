import base64

from odoo import fields, models
from odoo.exceptions import UserError

from ..tools import card_list, card_number

# As many faults as fit a dialog; the others are counted
SHOWN_FAULTS = 10
# The cards of an import are made in one transaction
MAX_CARDS = 20_000


class LoyaltyCardImport(models.TransientModel):
    """Make cards without a customer from the numbers of a printed batch: all of them or none."""

    _name = "loyalty.card.import"
    _description = "Import Printed Cards"

    program_id = fields.Many2one(
        comodel_name="loyalty.program",
        domain=lambda self: self._get_program_domain(),
        default=lambda self: self.env["loyalty.program"].search(
            self._get_program_domain(), order="sequence, id", limit=1
        ),
        required=True,
    )
    file = fields.Binary(
        help="CSV, text or XLSX as the printer sends it: the number is the first column.",
    )
    filename = fields.Char()
    numbers = fields.Text(help="Paste the numbers here instead of a file: one a line.")

    def action_import(self):
        """Make the cards and show them; every fault is told with its line and nothing is made."""
        self.ensure_one()
        program = self.program_id
        program.check_access("read")
        if not program._has_numbered_cards():
            raise UserError(
                self.env._(
                    "The cards of %(program)s have no numbers: choose a program of the type"
                    " Loyalty Cards.",
                    program=program.name,
                )
            )
        numbers = self._get_checked_numbers()
        # sudo: the rights on the wizard say who imports; core lets nobody but sales managers create
        cards = (
            self.env["loyalty.card"]
            .sudo()
            .with_context(tracking_disable=True, loyalty_no_mail=True)
            .create(
                [
                    {"program_id": program.id, "number": number, "partner_id": False}
                    for number in numbers
                ]
            )
        )
        return self._show_cards(cards)

    # Private

    def _get_program_domain(self):
        types = self.env["loyalty.program"]._get_numbered_program_types()
        return [("program_type", "in", types)]

    def _get_checked_numbers(self):
        """Return the numbers as stored, or raise what is wrong with the list."""
        rows = self._read_rows()
        if rows and not any(char.isdecimal() for char in rows[0][1]):
            rows = rows[1:]  # the title of the column
        if not rows:
            raise UserError(
                self.env._("Choose a file or paste the numbers of the cards, one a line.")
            )
        if len(rows) > MAX_CARDS:
            raise UserError(
                self.env._(
                    "The list has %(count)s numbers: import at most %(limit)s at a time.",
                    count=len(rows),
                    limit=MAX_CARDS,
                )
            )
        rows = [(row, card_number.tidy(text)) for row, text in rows]
        self._raise_on_faults(len(rows), self._find_faults(rows))
        return [number for _row, number in rows]

    def _read_rows(self):
        if self.file and (self.numbers or "").strip():
            raise UserError(
                self.env._("Choose a file or paste the numbers: one of the two, not both.")
            )
        if not self.file:
            return card_list.read_text(self.numbers)
        try:
            return card_list.read_file(base64.b64decode(self.file))
        except card_list.UnreadableFile as error:
            raise UserError(
                self.env._(
                    "%(file)s cannot be read: save it as CSV or XLSX with the numbers in the first"
                    " column.",
                    file=self.filename or self.env._("The file"),
                )
            ) from error

    def _find_faults(self, rows):
        """Return a list of ``(row, what is wrong)`` in the order of the rows."""
        # sudo: a number taken in another company is taken
        taken_cards = (
            self.env["loyalty.card"]
            .sudo()
            .with_context(active_test=False)
            .search_fetch([("number", "in", [number for _row, number in rows])], ["number"])
        )
        taken = set(taken_cards.mapped("number"))
        first_rows, faults = {}, []
        for row, number in rows:
            fault = card_number.find_fault(number)
            if fault == "length":
                text = self.env._("%(number)s does not have 13 digits", number=number)
            elif fault == "check_digit":
                text = self.env._("%(number)s has a wrong check digit", number=number)
            elif number in first_rows:
                text = self.env._(
                    "%(number)s is also in line %(line)s", number=number, line=first_rows[number]
                )
            elif number in taken:
                text = self.env._("%(number)s is taken by another card", number=number)
            else:
                text = None
            if text:
                faults.append((row, text))
            first_rows.setdefault(number, row)
        return faults

    def _raise_on_faults(self, count, faults):
        if not faults:
            return
        lines = [
            self.env._("Line %(line)s: %(fault)s", line=row, fault=fault)
            for row, fault in faults[:SHOWN_FAULTS]
        ]
        if len(faults) > SHOWN_FAULTS:
            lines.append(self.env._("and %(count)s more", count=len(faults) - SHOWN_FAULTS))
        raise UserError(
            self.env._(
                "No card was imported, because %(faulty)s of %(count)s lines are wrong. Correct or"
                " remove them and import again:\n%(lines)s",
                faulty=len(faults),
                count=count,
                lines="\n".join(lines),
            )
        )

    def _show_cards(self, cards):
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_loyalty.loyalty_card_action")
        action["name"] = self.env._("Imported Cards")
        action["domain"] = [("id", "in", cards.ids)]
        action["context"] = {"program_type": "loyalty", "create": False}
        action["path"] = False
        return action
