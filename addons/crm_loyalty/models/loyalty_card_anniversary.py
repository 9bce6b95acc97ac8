from odoo import models


class LoyaltyCard(models.Model):
    """The anniversaries of a day are found among all cards by an index."""

    _inherit = "loyalty.card"  # pylint: disable=consider-merging-classes-inherited

    _issue_day_idx = models.Index(
        "((EXTRACT(MONTH FROM issue_date) * 100 + EXTRACT(DAY FROM issue_date)))"
        " WHERE issue_date IS NOT NULL"
    )
