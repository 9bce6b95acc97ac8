from odoo import fields, models


class LoyaltyHolidayDate(models.Model):
    """A day of a holiday that moves from year to year."""

    _name = "loyalty.holiday.date"
    _description = "Day of a Holiday"
    _order = "date desc"
    _rec_name = "date"

    holiday_id = fields.Many2one(
        comodel_name="loyalty.holiday", required=True, index=True, ondelete="cascade"
    )
    date = fields.Date(required=True)

    _date_unique = models.UniqueIndex(
        "(holiday_id, date)", "This day is entered for the holiday already."
    )
