from odoo import http
from odoo.http import request

from ..tools.workbook_response import make_workbook_response


class SalesPlanController(http.Controller):
    @http.route("/crm_analytics/plan/<int:plan_id>/xlsx", type="http", auth="user", readonly=True)
    def export_xlsx(self, plan_id, **kwargs):
        """The figures of a plan that the reader enters, as a workbook."""
        plan = request.env["crm.sales.plan"].browse(plan_id).exists()
        if not plan:
            raise request.not_found()
        return make_workbook_response(plan._export_xlsx(), plan.display_name)
