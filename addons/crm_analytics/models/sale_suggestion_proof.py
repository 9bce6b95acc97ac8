from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, formatLang

from odoo.addons.crm_loyalty.tools.uplift import Sample, compare_means, compare_shares

from ..tools import period as periods

# Sums of a group of quotations; each amount has the sum of its squares beside it.
AMOUNTS = ("revenue", "margin", "order_revenue")
COUNTS = ("quotations", "suggestions", "bought", "confirmed")
ARMS = ("shown", "held_out")


class Outcome(NamedTuple):
    """A line of the proof: what it compares, and how the comparison came out."""

    key: str
    label: str
    help: str
    kind: str
    shown: float
    held_out: float
    comparison: object


class SaleSuggestionProof(models.AbstractModel):
    """What suggestions brought, beside quotations that got none by lot.

    The figures are sums of `sale.suggestion.report`, the arithmetic is that of voucher campaigns:
    Welch's interval for amounts for each quotation, Fisher and Newcombe for shares.

    A panel that is worked with proposes more than one that nobody sees, so that a product has more
    chances to count as proposed where suggestions are shown. The line of the whole order knows
    nothing of what was proposed and is free of this, at the price of a wider interval.
    """

    _name = "sale.suggestion.proof"
    _inherit = ["crm.figures.mixin"]
    _description = "Results of Suggestions"

    @api.model
    @api.readonly
    def get_data(self, period=None):
        """All that the screen shows, in one call; amounts in the currency of the reader's company.

        :param period: a key of ``tools.period``. Nothing, or a key that means nothing, gives the
            last twelve months, or the year of the newest quotation where they have none.
        :return: ``period``, ``groups`` (counts, and the action that lists the quotations, of those
            shown and held out), ``outcomes`` (a line for each comparison) and ``currency_id``; all
            values ready for JSON
        """
        self.env["sale.suggestion.report"].check_access("read")
        today = fields.Date.context_today(self)
        chosen = periods.parse(period, today) or self._get_default_period(
            today, self._get_newest_day()
        )
        sums = self._read_groups(chosen)
        return {
            "period": self._prepare_period(chosen, today),
            "groups": {arm: self._prepare_group(arm, sums[arm], chosen) for arm in ARMS},
            "outcomes": [
                self._prepare_outcome(outcome, sums["shown"])
                for outcome in self._compare(sums["shown"], sums["held_out"])
            ],
            "currency_id": self.env.company.currency_id.id,
        }

    # Period

    def _get_newest_day(self):
        """The day of the newest quotation, or nothing."""
        newest = self.env["sale.suggestion.report"].search_fetch(
            self._get_company_domain(), ["date_order"], order="date_order DESC", limit=1
        )
        moment = newest.date_order
        return moment and fields.Datetime.context_timestamp(self, moment).date()

    def _get_report_domain(self, period):
        return self._get_company_domain() & self._get_between_domain(
            "date_order", period.start, period.end
        )

    # Reading

    def _read_groups(self, period):
        """Return {arm: {name: sum}} of the quotations of a period, in one query."""
        report = self.env["sale.suggestion.report"]
        query = report._search(self._get_report_domain(period))

        def column(name):
            return report._field_to_sql(query.table, name, query)

        amounts = {
            name: self._convert_company_amount_sql(
                column(name), column("company_id"), column("date_order")
            )
            for name in AMOUNTS
        }
        columns = {
            "arm": column("arm"),
            "quotations": SQL("count(*)"),
            "suggestions": SQL("sum(%s)", column("suggestion_count")),
            "bought": SQL("count(*) FILTER (WHERE %s > 0)", column("bought")),
            "confirmed": SQL("count(*) FILTER (WHERE %s > 0)", column("confirmed")),
        }
        for name, amount in amounts.items():
            columns[name] = SQL("sum(%s)::float", amount)
            columns[f"{name}_squares"] = SQL("sum((%s)::float ^ 2)", amount)
        query.groupby = column("arm")
        query.order = None
        rows = self.env.execute_query(query.select(*columns.values()))
        known = {row[0]: dict(zip(columns, row, strict=True)) for row in rows}
        return {arm: known.get(arm) or dict.fromkeys(columns, 0) for arm in ARMS}

    # Comparing

    def _compare(self, shown, held_out):
        """Return the lines of the proof; the first ones say what suggestions brought."""
        shares = compare_shares(
            shown["bought"], shown["quotations"], held_out["bought"], held_out["quotations"]
        )
        return [
            self._compare_amount(
                "revenue",
                self.env._("Revenue for each quotation"),
                self.env._("Proposed products on confirmed orders, without taxes."),
                *(shown, held_out),
            ),
            self._compare_amount(
                "margin",
                self.env._("Margin for each quotation"),
                self.env._("This revenue less what the products cost today."),
                *(shown, held_out),
            ),
            Outcome(
                "bought",
                self.env._("Quotations that sold a proposed product"),
                self.env._("Confirmed with at least one of the proposed products."),
                "share",
                *(
                    group["bought"] / group["quotations"] if group["quotations"] else 0.0
                    for group in (shown, held_out)
                ),
                shares,
            ),
            self._compare_amount(
                "order_revenue",
                self.env._("Whole order for each quotation"),
                self.env._(
                    "All products of confirmed orders. Harder to tell from chance, but it also "
                    "knows what suggestions took away from other products."
                ),
                *(shown, held_out),
            ),
        ]

    def _compare_amount(self, name, label, description, shown, held_out):
        # Orders of nothing but zeros could not tell two groups apart.
        counted = "confirmed" if name == "order_revenue" else "bought"
        samples = [
            Sample(group["quotations"], group[name], group[f"{name}_squares"])
            for group in (shown, held_out)
        ]
        comparison = compare_means(*samples, shown[counted] + held_out[counted])
        means = (sample.mean for sample in samples)
        return Outcome(name, label, description, "monetary", *means, comparison)

    # Preparing

    def _prepare_group(self, arm, sums, period):
        labels = {
            "shown": self.env._("Quotations with Suggestions"),
            "held_out": self.env._("Quotations Held Out"),
        }
        domain = self._get_report_domain(period) & Domain("arm", "=", arm)
        return {
            **{name: int(sums[name]) for name in COUNTS},
            "action": {
                "type": "ir.actions.act_window",
                "name": labels[arm],
                "res_model": "sale.suggestion.report",
                "views": [[False, "list"], [False, "pivot"], [False, "graph"]],
                "domain": list(domain),
            },
        }

    def _prepare_outcome(self, outcome, shown):
        comparison = outcome.comparison
        is_known = comparison.verdict in ("open", "more", "less")
        values = {
            "key": outcome.key,
            "label": outcome.label,
            "help": outcome.help,
            "type": outcome.kind,
            "shown": outcome.shown,
            "held_out": outcome.held_out,
            "difference": comparison.difference,
            "interval": [comparison.low, comparison.high] if is_known else False,
            "p_value": comparison.p_value if is_known else False,
            "verdict": comparison.verdict,
            "sentence": self._format_verdict(outcome),
        }
        if outcome.key in ("revenue", "margin") and is_known and shown["suggestions"]:
            # The difference of a quotation, shared among the suggestions it was shown.
            scale = shown["quotations"] / shown["suggestions"]
            values["each_suggestion"] = [
                value * scale for value in (comparison.difference, comparison.low, comparison.high)
            ]
        return values

    def _format_verdict(self, outcome):
        """One sentence, also for people who have never heard of an interval."""
        comparison = outcome.comparison
        if comparison.verdict == "none":
            return self.env._("Nothing to compare with: one of the two groups is empty.")
        if comparison.verdict == "few":
            return self.env._("Too few quotations or orders so far to tell.")
        values = {
            name: self._format_difference(getattr(comparison, name), outcome.kind)
            for name in ("difference", "low", "high")
        }
        if outcome.kind == "share":
            return self._format_share_verdict(comparison.verdict, values)
        if comparison.verdict == "open":
            return self.env._(
                "Not significant: %(difference)s for each quotation, but anything from %(low)s to "
                "%(high)s fits what was seen (95 %% confidence).",
                **values,
            )
        if comparison.verdict == "more":
            return self.env._(
                "Significantly more with suggestions: %(difference)s for each quotation, between "
                "%(low)s and %(high)s (95 %% confidence).",
                **values,
            )
        return self.env._(
            "Significantly less with suggestions: %(difference)s for each quotation, between "
            "%(low)s and %(high)s (95 %% confidence).",
            **values,
        )

    def _format_share_verdict(self, verdict, values):
        if verdict == "open":
            return self.env._(
                "Not significant: %(difference)s, but anything from %(low)s to %(high)s fits what "
                "was seen (95 %% confidence).",
                **values,
            )
        if verdict == "more":
            return self.env._(
                "Significantly more often with suggestions: %(difference)s, between %(low)s and "
                "%(high)s (95 %% confidence).",
                **values,
            )
        return self.env._(
            "Significantly less often with suggestions: %(difference)s, between %(low)s and "
            "%(high)s (95 %% confidence).",
            **values,
        )

    def _format_difference(self, value, kind):
        if kind == "share":
            sign = "+" if round(value, 3) > 0 else ""
            return self.env._(
                "%(points)s percentage points", points=sign + formatLang(self.env, value * 100, 1)
            )
        currency = self.env.company.currency_id
        sign = "+" if currency.round(value) > 0 else ""
        return sign + formatLang(self.env, value, currency_obj=currency)
