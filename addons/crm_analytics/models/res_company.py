import pytz

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    affinity_date = fields.Datetime(
        string="Affinities Computed On",
        readonly=True,
        copy=False,
        help="When what is bought together was last computed from this company's orders.",
    )
    affinity_date_from = fields.Datetime(
        string="Orders Counted From",
        readonly=True,
        copy=False,
        help="Confirmed orders from then on are in the numbers of what is bought together.",
    )
    affinity_version = fields.Integer(
        string="Version of Affinities",
        readonly=True,
        copy=False,
        help="Grows by one each time what is bought together is replaced. A suggestion keeps the "
        "version it was made from.",
    )

    def _get_figures_timezone(self):
        """The zone whose calendar days the figures of this company are counted in."""
        self.ensure_one()
        calendar_sudo = self.sudo().resource_calendar_id  # its zone is no secret
        return pytz.timezone(calendar_sudo.tz or "UTC")
