import re

from odoo import api, models
from odoo.fields import Domain

# As dictated or copied: digits, and what people put between them
PHONE_PATTERN = re.compile(r"\+?[\d\s()./\-]+")
PHONE_MIN_DIGITS = 5
ORDER_NUMBER_MIN_LENGTH = 4
FOUND_BY_ORDER = 100


class ResPartner(models.Model):
    """Finding a customer on the phone by whatever he says: also a phone or order number."""

    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _search_display_name(self, operator, value):
        """Search phone and order numbers too, where the context has `search_by_phone_and_order`.

        Elsewhere a number typed stands for a name, as it does in Odoo.
        """
        domain = super()._search_display_name(operator, value)
        if not self.env.context.get("search_by_phone_and_order"):
            return domain
        if operator not in ("ilike", "like", "=") or not isinstance(value, str):
            return domain
        text = value.strip()
        return Domain.OR(
            [Domain(domain), self._get_phone_domain(text), self._get_order_number_domain(text)]
        )

    @api.model
    def _get_phone_domain(self, text):
        if not PHONE_PATTERN.fullmatch(text) or len(re.findall(r"\d", text)) < PHONE_MIN_DIGITS:
            return Domain.FALSE
        if not text.startswith(("+", "00")):
            # people say the zero that is left out after a country code
            text = text.lstrip("0")
        return Domain("phone_mobile_search", "ilike", text)

    @api.model
    def _get_order_number_domain(self, text):
        is_number = len(text) >= ORDER_NUMBER_MIN_LENGTH and any(map(str.isdigit, text))
        if not is_number or not self.env["crm.complaint"].has_access("create"):
            return Domain.FALSE
        # people leave out the letters and zeros a number begins with, never its end
        domain = (
            Domain("name", "=ilike", f"%{text}")
            if text.isdigit()
            else Domain("name", "ilike", text)
        )
        # sudo: who answers the phone may have no access to sales; he learns whose number it is.
        # The few customers are looked up at once, so that the search keeps to its indexes.
        orders = (
            self.env["sale.order"]
            .sudo()
            .search_fetch(
                domain & Domain("company_id", "in", self.env.companies.ids),
                ["partner_id"],
                limit=FOUND_BY_ORDER,
            )
        )
        return Domain("id", "in", orders.partner_id.ids)
