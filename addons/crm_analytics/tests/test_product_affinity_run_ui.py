from odoo.tests import HttpCase, tagged

from .test_dashboard_ui import get_hoot_id


@tagged("post_install", "-at_install")
class TestProductAffinityRunUi(HttpCase):
    def test_form_reads_itself_again(self):
        self.browser_js(
            "/web/tests?headless&loglevel=2&preset=desktop&timeout=15000"
            f"&id={get_hoot_id('@crm_analytics/run_refresh')}",
            "",
            "",
            login="admin",
            timeout=240,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=lambda message: "[HOOT]" not in message,
        )
