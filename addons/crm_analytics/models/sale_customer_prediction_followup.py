from odoo import fields, models


class SaleCustomerPrediction(models.Model):  # pylint: disable=consider-merging-classes-inherited
    _name = "sale.customer.prediction"
    _inherit = ["sale.customer.prediction", "sale.followup.mixin"]

    def _get_followup_deadline(self):
        """Return when the first of the products is due, today at the earliest."""
        today = super()._get_followup_deadline()
        due_dates = [date for date in self.mapped("due_date") if date]
        return max(min(due_dates, default=today), fields.Date.to_date(today))
