from datetime import date

from odoo import api, fields, models
from odoo.exceptions import ValidationError

LEAP_YEAR = 2000


class LoyaltyHoliday(models.Model):
    """A holiday on which customers are greeted: on the same day each year, or on days entered."""

    _name = "loyalty.holiday"
    _description = "Holiday"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    month = fields.Selection(
        selection=[
            ("1", "January"),
            ("2", "February"),
            ("3", "March"),
            ("4", "April"),
            ("5", "May"),
            ("6", "June"),
            ("7", "July"),
            ("8", "August"),
            ("9", "September"),
            ("10", "October"),
            ("11", "November"),
            ("12", "December"),
        ],
        help="Leave empty for a holiday that moves, and enter its days below.",
    )
    day = fields.Integer()
    date_ids = fields.One2many(
        comodel_name="loyalty.holiday.date", inverse_name="holiday_id", string="Days"
    )
    next_date = fields.Date(string="Next", compute="_compute_next_date")

    @api.depends("month", "day", "date_ids.date")
    def _compute_next_date(self):
        today = fields.Date.context_today(self)
        for holiday in self:
            days = holiday._get_dates({today.year, today.year + 1})
            holiday.next_date = min((day for day in days if day >= today), default=False)

    @api.constrains("month", "day")
    def _check_day(self):
        for holiday in self.filtered("month"):
            try:
                date(LEAP_YEAR, int(holiday.month), holiday.day)
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "%(holiday)s has no day %(day)s in its month: correct the day.",
                        holiday=holiday.name,
                        day=holiday.day,
                    )
                ) from error

    def _get_dates(self, years):
        """Return its days in these years; a 29 February is on the 28th in other years."""
        self.ensure_one()
        days = {line.date for line in self.date_ids if line.date and line.date.year in years}
        for year in years if self.month and self.day else ():
            try:
                days.add(date(year, int(self.month), self.day))
            except ValueError:
                days.add(date(year, int(self.month), 28))
        return sorted(days)
