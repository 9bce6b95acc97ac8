from odoo import models


class CrmKpi(models.Model):
    """The figure of a team contains those of its sub-teams."""

    _inherit = "crm.kpi"  # pylint: disable=consider-merging-classes-inherited

    def _get_filter_operator(self, name):
        return "child_of" if name == "team_id" else super()._get_filter_operator(name)
