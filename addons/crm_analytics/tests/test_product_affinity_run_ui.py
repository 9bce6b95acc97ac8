from odoo.tests import tagged

from .hoot_common import HootCase


@tagged("post_install", "-at_install")
class TestProductAffinityRunUi(HootCase):
    def test_form_reads_itself_again(self):
        self.run_hoot("@crm_analytics/run_refresh")
