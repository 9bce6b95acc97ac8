from odoo.tests import tagged

from .hoot_common import HootCase


@tagged("post_install", "-at_install")
class TestSuggestionProofUi(HootCase):
    def test_components(self):
        self.run_hoot("@crm_analytics/suggestion_proof")
