import json

from odoo import http
from odoo.http import content_disposition, request
from odoo.tools import osutil

from ..tools.matrix_xlsx import write_matrix

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class CrossMatrixController(http.Controller):
    @http.route("/crm_analytics/matrix/xlsx", type="http", auth="user", readonly=True)
    def export_xlsx(self, options="{}", **kwargs):
        """The matrix of these options as a workbook."""
        try:
            options = json.loads(options)
        except ValueError:
            options = {}
        env = request.env
        data = env["crm.cross.matrix"]._get_export(options)
        name = osutil.clean_filename(
            env._(
                "Cross-selling matrix %(date_from)s to %(date_to)s",
                date_from=data["window"]["date_from"],
                date_to=data["window"]["date_to"],
            )
        )
        return request.make_response(
            write_matrix(data),
            headers=[
                ("Content-Type", XLSX),
                ("Content-Disposition", content_disposition(f"{name}.xlsx")),
            ],
        )
