from odoo import api, models

# What does not change when somebody works.
IDLE_FIELDS = {"name", "sequence"}


class ResourceCalendarAttendance(models.Model):
    _inherit = "resource.calendar.attendance"

    @api.model_create_multi
    def create(self, vals_list):
        attendances = super().create(vals_list)
        attendances.calendar_id._refresh_complaint_deadlines()
        return attendances

    def write(self, vals):
        calendars = self.calendar_id
        result = super().write(vals)
        if not IDLE_FIELDS.issuperset(vals):
            (calendars | self.calendar_id)._refresh_complaint_deadlines()
        return result

    def unlink(self):
        calendars = self.calendar_id
        result = super().unlink()
        calendars.exists()._refresh_complaint_deadlines()
        return result
