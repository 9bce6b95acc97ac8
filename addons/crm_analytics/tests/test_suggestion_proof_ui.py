from odoo.tests import HttpCase, tagged

from .test_dashboard_ui import get_hoot_id

HOOT_SUITE = "@crm_analytics/suggestion_proof"


@tagged("post_install", "-at_install")
class TestSuggestionProofUi(HttpCase):
    def test_components(self):
        self.browser_js(
            "/web/tests?headless&loglevel=2&preset=desktop&timeout=15000"
            f"&id={get_hoot_id(HOOT_SUITE)}",
            "",
            "",
            login="admin",
            timeout=240,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=lambda message: "[HOOT]" not in message,
        )
