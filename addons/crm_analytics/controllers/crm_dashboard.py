import json

from odoo import http
from odoo.http import content_disposition, request
from odoo.tools import osutil

from ..tools.dashboard_xlsx import write_dashboard

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
        name = osutil.clean_filename(
            "{} {}".format(data["dashboard"]["name"], data["windows"]["current"]["date_from"])
        )
        return request.make_response(
            write_dashboard(data),
            headers=[
                ("Content-Type", XLSX),
                ("Content-Disposition", content_disposition(f"{name}.xlsx")),
            ],
        )
