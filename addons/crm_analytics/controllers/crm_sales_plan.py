from odoo import http
from odoo.http import content_disposition, request
from odoo.tools import osutil

from .crm_cross_matrix import XLSX


class SalesPlanController(http.Controller):
    @http.route("/crm_analytics/plan/<int:plan_id>/xlsx", type="http", auth="user", readonly=True)
    def export_xlsx(self, plan_id, **kwargs):
        """The figures of a plan that the reader enters, as a workbook."""
        plan = request.env["crm.sales.plan"].browse(plan_id).exists()
        if not plan:
            raise request.not_found()
        content = plan._export_xlsx()
        name = osutil.clean_filename(plan.display_name)
        return request.make_response(
            content,
            headers=[
                ("Content-Type", XLSX),
                ("Content-Disposition", content_disposition(f"{name}.xlsx")),
            ],
        )
