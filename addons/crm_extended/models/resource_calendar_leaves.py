from odoo import api, models


class ResourceCalendarLeaves(models.Model):
    """A holiday entered, moved or removed moves the deadlines of open complaints."""

    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._refresh_complaint_deadlines()
        return leaves

    def write(self, vals):
        self._refresh_complaint_deadlines()  # where the holiday was until now
        result = super().write(vals)
        self._refresh_complaint_deadlines()
        return result

    def unlink(self):
        holidays = self.filtered(lambda leave: not leave.resource_id)
        calendars, everywhere = holidays.calendar_id, any(not h.calendar_id for h in holidays)
        result = super().unlink()
        if everywhere:
            self.env["crm.complaint"]._refresh_deadlines()
        else:
            calendars._refresh_complaint_deadlines()
        return result

    def _refresh_complaint_deadlines(self):
        holidays = self.filtered(lambda leave: not leave.resource_id)
        if any(not holiday.calendar_id for holiday in holidays):
            self.env["crm.complaint"]._refresh_deadlines()
        else:
            holidays.calendar_id._refresh_complaint_deadlines()
