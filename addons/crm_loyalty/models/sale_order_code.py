from odoo import models
from odoo.exceptions import UserError

from ..tools import card_code


class SaleOrder(models.Model):
    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    def _try_apply_code(self, code):
        """Take a code as people type it; slow down and log who guesses from outside."""
        code = card_code.tidy(code)
        attempts = self.env["loyalty.code.attempt"]
        is_outside = not self.env.user._is_internal()
        if is_outside and not attempts._count_attempt(code):
            return {
                "error": self.env._(
                    "Too many wrong codes were tried: wait an hour before you try another one."
                )
            }
        error = self._get_unusable_code_error(code)
        result = {"error": error} if error else super()._try_apply_code(code)
        if is_outside and not result.get("not_found"):
            attempts._forget_attempt(code)
        return result

    def _get_unusable_code_error(self, code):
        """Return why the card of a code is of no use although it exists, if so.

        Visitors are told less: neither the reason nor the number of another card.
        """
        card = (
            self.env["loyalty.card"].with_context(active_test=False).search([("code", "=", code)])
        )
        try:
            card._raise_on_blocked()
        except UserError as error:
            if self.env.user._is_internal():
                return str(error)
            return self.env._("This card cannot be used: ask us about it.")
        return None
