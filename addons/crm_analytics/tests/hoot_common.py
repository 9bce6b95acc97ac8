from odoo.tests import HttpCase


class HootCase(HttpCase):
    """Runs a suite of Hoot's tests in a browser."""

    def run_hoot(self, name):
        self.browser_js(
            "/web/tests?headless&loglevel=2&preset=desktop&timeout=15000"
            f"&id={self._get_hoot_id(name)}",
            "",
            "",
            login="admin",
            timeout=240,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=lambda message: "[HOOT]" not in message,
        )

    def _get_hoot_id(self, name):
        """The id by which Hoot finds a suite: a wrong one would run the tests of every module."""
        number = 0
        for letter in name:
            number = ((number << 5) - number + ord(letter)) & 0xFFFFFFFF
        return f"{number:08x}"
