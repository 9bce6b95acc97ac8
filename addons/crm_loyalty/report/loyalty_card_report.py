from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..tools import card_number

CARDS_ON_A_SHEET = 10


class ReportLoyaltyCard(models.AbstractModel):
    """What the PDF of a card needs: each card on a page of its own size."""

    _name = "report.crm_loyalty.report_loyalty_card"
    _description = "Loyalty Card Report"

    @api.model
    def _get_report_values(self, docids, data=None):
        cards = self.env["loyalty.card"].browse(docids)
        unnumbered = cards.filtered(lambda card: not card_number.is_valid(card.number or ""))
        if unnumbered:
            raise UserError(
                self.env._(
                    "%(card)s has no card number to print: print the code of coupons and gift"
                    " cards with their own reports.",
                    card=unnumbered[0].display_name,
                )
            )
        return {
            "doc_ids": docids,
            "doc_model": cards._name,
            "docs": cards,
            "sheets": list(split_every(CARDS_ON_A_SHEET, cards, list)),
            "spaced": card_number.spaced,
        }


class ReportLoyaltyCardSheet(models.AbstractModel):
    """Ten cards on a sheet of paper, to be cut."""

    _name = "report.crm_loyalty.report_loyalty_card_sheet"
    _inherit = ["report.crm_loyalty.report_loyalty_card"]
    _description = "Sheet of Loyalty Cards Report"
