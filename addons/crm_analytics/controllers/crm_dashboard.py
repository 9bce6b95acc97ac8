import json

from odoo import http
from odoo.http import request

from ..tools.dashboard_xlsx import write_dashboard
from ..tools.workbook_response import make_workbook_response


class DashboardController(http.Controller):
    @http.route("/crm_analytics/dashboard/xlsx", type="http", auth="user", readonly=True)
    def export_xlsx(self, dashboard=None, filters="{}", **kwargs):
        """The dashboard with these filters as a workbook."""
        try:
            filters = json.loads(filters)
        except ValueError:
            filters = {}
        data = request.env["crm.dashboard"]._get_export(dashboard, filters)
        if not data["dashboard"]:
            return request.not_found()
        name = f"{data['dashboard']['name']} {data['windows']['current']['date_from']}"
        return make_workbook_response(write_dashboard(data), name)
