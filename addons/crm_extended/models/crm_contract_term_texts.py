from odoo import api, fields, models
from odoo.tools import format_amount, formatLang

from ..tools.term_periods import get_elapsed_share, get_pace_gap


class CrmContractTerm(models.Model):
    """How a term says what was agreed, what was reached, and how it stands: in nobody's words but
    the reader's, so none of it is stored.
    """

    _inherit = "crm.contract.term"  # pylint: disable=consider-merging-classes-inherited

    target_text = fields.Char(string="Agreed", compute="_compute_texts")
    actual_text = fields.Char(string="Reached", compute="_compute_texts")
    pace_text = fields.Char(string="Pace", compute="_compute_texts")

    @api.depends(
        "kind",
        "state",
        "target",
        "actual",
        "actual_count",
        "limit_kind",
        "measure",
        "payment_days",
        "period_start",
        "due_date",
        "evaluated_on",
    )
    @api.depends_context("lang")
    def _compute_texts(self):
        for term in self:
            term.target_text = term._get_target_text()
            term.actual_text = term._get_actual_text()
            term.pace_text = term._get_pace_text()

    def _is_in_days(self):
        """Whether target and actual are days."""
        self.ensure_one()
        return self.kind == "delivery" or bool(self.kind == "payment" and self.payment_days)

    def _is_in_money(self):
        """Whether target and actual are amounts in the currency of the contract."""
        self.ensure_one()
        if self.kind == "payment":
            return not self.payment_days
        return self.kind == "volume" and self.measure == "amount"

    def _get_target(self):
        self.ensure_one()
        return self.payment_days if self.kind == "payment" and self.payment_days else self.target

    def _get_target_text(self):
        self.ensure_one()
        if self.kind == "price_review":
            if not self.discount_max:
                return False
            return self.env._("at most %s %% discount", self._format_number(self.discount_max))
        target = self._get_target()
        if not target:
            return False
        text = self._format_measured(target)
        if self.kind == "volume" and self.limit_kind == "maximum":
            return self.env._("at most %s", text)
        return text

    def _get_actual_text(self):
        self.ensure_one()
        if not (self._has_measured_target() or self.actual):
            return False
        if self._is_in_days() and not self.actual_count:
            return False
        return self._format_measured(self.actual)

    def _get_pace_text(self):
        """Where the term stands, in one sentence; empty where nothing is measured."""
        self.ensure_one()
        if not self._has_measured_target():
            return False
        if self._is_in_days():
            return self._get_days_text()
        values = {
            "actual": self._format_number(self.actual),
            "target": self._format_number(self._get_target()),
        }
        if self.kind != "volume" or not (self.period_start and self.due_date):
            return self.env._("%(actual)s of %(target)s", **values)
        gap = self._get_gap()
        return self._get_pace_sentence(gap) % {
            **values,
            "share": round(self._get_elapsed_share() * 100),
            "gap": self._format_number(abs(gap)),
        }

    def _get_pace_sentence(self, gap):
        """The sentence for this gap, with its placeholders."""
        if round(gap, 2) == 0:
            return self.env._("%(actual)s of %(target)s at %(share)s %% of the period: on pace")
        sentences = {
            ("minimum", True): self.env._(
                "%(actual)s of %(target)s at %(share)s %% of the period: %(gap)s behind"
            ),
            ("minimum", False): self.env._(
                "%(actual)s of %(target)s at %(share)s %% of the period: %(gap)s ahead"
            ),
            ("maximum", True): self.env._(
                "%(actual)s of at most %(target)s at %(share)s %% of the period: %(gap)s over"
            ),
            ("maximum", False): self.env._(
                "%(actual)s of at most %(target)s at %(share)s %% of the period: %(gap)s to spare"
            ),
        }
        return sentences[self.limit_kind, gap > 0]

    def _get_days_text(self):
        """How many days it took on average, and on how many documents that rests."""
        self.ensure_one()
        if not self.actual_count:
            return self.env._("nothing to measure yet")
        late = self.actual - self._get_target()
        values = {
            "actual": self._format_number(self.actual),
            "target": self._format_number(self._get_target()),
            "count": self.actual_count,
            "late": self._format_number(abs(late)),
        }
        if late > 0:
            return self.env._(
                "%(actual)s days of %(target)s agreed, over %(count)s documents: %(late)s late",
                **values,
            )
        return self.env._(
            "%(actual)s days of %(target)s agreed, over %(count)s documents", **values
        )

    def _get_gap(self):
        """By how much the volume is on the wrong side of its pace, negative on the right one."""
        return get_pace_gap(self.limit_kind, self.target, self.actual, self._get_elapsed_share())

    def _get_elapsed_share(self):
        self.ensure_one()
        today = self.evaluated_on or self.company_id._get_today()
        return get_elapsed_share(self.period_start, self.due_date, today)

    def _format_measured(self, value):
        """A value in the unit of what is measured."""
        self.ensure_one()
        if self._is_in_days():
            return self.env._("%s days", self._format_number(value))
        if self._is_in_money() and self.currency_id:
            return format_amount(self.env, value, self.currency_id)
        return self._format_number(value)

    def _format_number(self, value):
        """A number the way the reader writes it, without decimals where it has none."""
        value = round(value, 2)
        digits = 0 if value == int(value) else 2
        return formatLang(self.env, value, digits=digits)
