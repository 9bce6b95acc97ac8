from odoo import api, fields, models
from odoo.tools import format_amount, format_date

from .crm_contract import ACTIVE_STATES
from .sale_order import QUOTATION_STATES

# A warning names so many lines of an order; of the rest it says how many there are.
LISTED = 5


class SaleOrder(models.Model):
    """What is quoted outside the price conditions of the contract is warned of, never refused."""

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    contract_warning = fields.Text(compute="_compute_contract_warning")

    @api.depends("order_line.contract_warning", "contract_id", "state")
    @api.depends_context("lang")
    def _compute_contract_warning(self):
        deviations = self._get_contract_deviations()
        for order in self:
            by_term = {}
            for line in order.order_line:
                for term, text in deviations.get(line, {}).items():
                    by_term.setdefault(term, []).append(f"{line.product_id.display_name}: {text}")
            warnings = [order._get_term_warning(term, texts) for term, texts in by_term.items()]
            order.contract_warning = "\n".join(warnings) or False

    @api.depends("contract_warning")
    @api.depends_context("lang", "uid")
    def _compute_sale_warning_text(self):
        """Show it also where the warnings of core are switched off."""
        result = super()._compute_sale_warning_text()
        for order in self.filtered("contract_warning"):
            warnings = [order.contract_warning, order.sale_warning_text]
            order.sale_warning_text = "\n".join(filter(None, warnings))
        return result

    def _get_term_warning(self, term, texts):
        """The clause, and what is outside it."""
        clause = f"{term.contract_id.number}, {term.name}"
        lines = [f"{clause}: {term.note}" if term.note else clause]
        lines += [f"• {text}" for text in texts[:LISTED]]
        if len(texts) > LISTED:
            lines.append(self.env._("• and %s more lines", len(texts) - LISTED))
        return "\n".join(lines)

    def _get_contract_deviations(self):
        """Return {line: {term: what is outside it}} of the quotations under running contracts."""
        deviations = {}
        for order in self:
            # sudo: the conditions apply to whoever writes the quotation
            contract = order.contract_id.sudo()
            if order.state not in QUOTATION_STATES or contract.state not in ACTIVE_STATES:
                continue
            terms = contract.term_ids.filtered(
                lambda term: term.kind == "price_review" and term.state != "waived"
            )
            lines = order.order_line.filtered(lambda line: line._is_contract_priced())
            prices = order._get_agreed_prices(contract, lines) if terms else {}
            for term in terms:
                for line in lines.filtered(lambda line, term=term: term._covers(line.product_id)):
                    text = order._get_deviation(term, line, prices.get(line))
                    if text:
                        deviations.setdefault(line, {})[term] = text
        return deviations

    def _get_agreed_prices(self, contract, lines):
        """Return {line: its price by the price list of the contract}.

        The rules of the price list are read once for all the lines.
        """
        self.ensure_one()
        pricelist = contract.pricelist_id
        if not (pricelist and lines):
            return {}
        date = self.date_order or fields.Datetime.now()
        rules = pricelist._get_applicable_rules(lines.product_id, date)
        prices = {}
        for line in lines.with_company(self.company_id):
            product = line.product_id.with_context(**line._get_product_price_context())
            quantity = line.product_uom_qty or 1.0
            in_own_unit = line.product_uom_id._compute_quantity(
                quantity, product.uom_id, raise_if_failure=False
            )
            rule = next((r for r in rules if r._is_applicable_for(product, in_own_unit)), rules[:0])
            price = rule._compute_price(
                product, quantity, line.product_uom_id, date=date, currency=self.currency_id
            )
            prices[line] = product._get_tax_included_unit_price_from_price(
                price,
                product_taxes=product.taxes_id._filter_taxes_by_company(self.company_id),
                fiscal_position=self.fiscal_position_id,
            )
        return prices

    def _get_deviation(self, term, line, agreed):
        """What of a line is outside a term, in words, or None.

        :param agreed: the price by the contract's price list, or None where it has none
        """
        valid_until = term._get_prices_valid_until()
        order_day = fields.Datetime.context_timestamp(
            self, self.date_order or fields.Datetime.now()
        ).date()
        if valid_until and order_day > valid_until:
            return self.env._("the agreed prices ended on %s", format_date(self.env, valid_until))
        price = line.price_unit * (1 - (line.discount or 0.0) / 100)
        discount = line.discount
        if agreed:
            discount = (1 - price / agreed) * 100
        if term.discount_max and round(discount, 2) > term.discount_max:
            return self.env._(
                "a discount of %(discount)s %%, at most %(highest)s %% are agreed",
                discount=term._format_number(discount),
                highest=term._format_number(term.discount_max),
            )
        if agreed is None or (term.discount_max and discount > 0):
            return None
        if self.currency_id.compare_amounts(price, agreed) == 0:
            return None
        return self.env._(
            "a price of %(price)s, %(agreed)s is agreed",
            price=format_amount(self.env, price, self.currency_id),
            agreed=format_amount(self.env, agreed, self.currency_id),
        )
