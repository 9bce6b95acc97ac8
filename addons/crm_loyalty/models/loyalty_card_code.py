from odoo import api, models

from ..tools import card_code


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _generate_code(self):
        """Twice the random bits of core's codes, under core's prefix (see tools/card_code.py)."""
        return card_code.generate()
