from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _get_absent(self):
        """Those of these users who are on leave now, by the time off of their working schedule."""
        now = fields.Datetime.now()
        # sudo: that somebody is away is no secret for whoever needs a substitute
        leaves = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("resource_id.user_id", "in", self.ids),
                    ("time_type", "=", "leave"),
                    ("date_from", "<=", now),
                    ("date_to", ">=", now),
                ]
            )
        )
        return leaves.resource_id.user_id & self
