import json

from odoo import http
from odoo.http import request

from ..tools.matrix_xlsx import write_matrix
from ..tools.workbook_response import make_workbook_response


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
        name = env._(
            "Cross-selling matrix %(date_from)s to %(date_to)s",
            date_from=data["window"]["date_from"],
            date_to=data["window"]["date_to"],
        )
        return make_workbook_response(write_matrix(data), name)
