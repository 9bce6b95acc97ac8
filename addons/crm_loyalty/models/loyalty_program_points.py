from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.points import POINTS_DIGITS


class LoyaltyProgram(models.Model):
    """When points count, and how long they can be used."""

    _inherit = "loyalty.program"  # pylint: disable=consider-merging-classes-inherited

    points_release = fields.Selection(
        string="Points Count",
        help="When the points of an order can be used. Until then the customer sees them as"
        " waiting. As Paid: an order paid by 40 % releases 40 % of its points.",
        selection=[
            ("order", "At Confirmation"),
            ("delivery", "As Delivered"),
            ("invoice", "As Invoiced"),
            ("payment", "As Paid"),
        ],
        required=True,
        default="order",
    )
    lot_expiry = fields.Selection(
        string="Points Expire",
        selection=[
            ("none", "Never"),
            ("months", "Months After They Count"),
            ("year_end", "At the End of the Year"),
            ("inactivity", "After Inactivity"),
        ],
        help="Points that are used go first those that expire first. After Inactivity: earning or"
        " using points on the card gives all of its points the whole time again.",
        required=True,
        default="none",
    )
    lot_expiry_months = fields.Integer(
        string="Expiry Months",
        help="For the end of the year: 0 is the year in which the points count, 12 the next one.",
        default=12,
    )
    adjustment_limit = fields.Float(
        string="Approval Above",
        help="Who adjusts a card by more points in a day than this has to be confirmed by a second"
        " person.",
        digits=POINTS_DIGITS,
        min_display_digits=0,
        default=1000,
    )

    _lot_expiry_months_positive = models.Constraint(
        "CHECK (lot_expiry_months >= 0 AND lot_expiry_months <= 1200)",
        "Points expire after 0 to 1,200 months: correct the months of the program.",
    )

    @api.constrains("lot_expiry", "lot_expiry_months")
    def _check_lot_expiry_months(self):
        for program in self:
            if program.lot_expiry in ("months", "inactivity") and not program.lot_expiry_months:
                raise ValidationError(
                    self.env._(
                        "Points of %(program)s would expire on the day they count: enter after how"
                        " many months they expire.",
                        program=program.name,
                    )
                )

    def _get_lot_expiration(self, day):
        """Return the last day on which points that count from ``day`` can be used, or False."""
        self.ensure_one()
        if self.lot_expiry == "none":
            return False
        until = day + relativedelta(months=self.lot_expiry_months)
        return date(until.year, 12, 31) if self.lot_expiry == "year_end" else until

    def _waits_for_money(self):
        """Tell whether points of an order wait for something after its confirmation."""
        self.ensure_one()
        return self.program_type == "loyalty" and self.points_release != "order"

    def _get_earning_product_ids(self, product_ids):
        """Return which of ``product_ids`` earn points by one of the rules of the program."""
        self.ensure_one()
        products = self.env["product.product"].browse(product_ids)
        by_rule = self._get_valid_products(products)
        return {product_id for valid in by_rule.values() for product_id in valid.ids}
