from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import models

from ..tools import period as periods
from .crm_dashboard_charts import DEFAULT_LIMIT

CHART_MONTHS = 13  # so that the month of a year ago stands beside the last one
CHART_DAYS = 31


class CrmDashboard(models.Model):
    """The charts over time: a bucket for each month or day, beside it the year before."""

    _inherit = "crm.dashboard"  # pylint: disable=consider-merging-classes-inherited

    def _ask_times(self, item, kpis, figures):
        for kpi in kpis:
            for window, groups in self._get_time_requests(item, kpi, figures):
                figures.ask(kpi, window, groups)

    def _get_buckets(self, item, figures):
        """``[(start, end)]`` of the labels of a chart over time."""
        start, end = figures.page.windows["current"]
        if self._get_groups(item)[0] == "month":
            return periods.months_until(self._get_last_day(figures.page), CHART_MONTHS)
        first = max(min(start, end - timedelta(days=14)), end - timedelta(days=CHART_DAYS))
        count = (end - first).days
        days = [first + timedelta(days=number) for number in range(count)]
        return [(day, day + timedelta(days=1)) for day in days]

    def _get_last_day(self, page):
        """The end of the months shown: those to come of a running year would be zeros."""
        tomorrow = page.today + timedelta(days=1)
        return min(page.period.end, tomorrow) if page.period.start < tomorrow else page.period.end

    def _shift_bucket(self, item, bucket):
        """The bucket a year earlier: the same month, or the same day of the week."""
        back = (
            relativedelta(years=1)
            if self._get_groups(item)[0] == "month"
            else relativedelta(weeks=52)
        )
        return bucket[0] - back, bucket[1] - back

    def _has_year_before(self, item, kpis):
        """One figure over time stands beside the year before; more of them beside each other."""
        return item["type"] in ("line", "bar") and len(kpis) == 1

    def _get_time_requests(self, item, kpi, figures):
        """``[(window, groupby)]``: one for all buckets, or one for each of what stands open."""
        buckets = self._get_buckets(item, figures)
        groups = tuple(self._get_groups(item))
        if self._is_stock(kpi):
            return [(bucket, groups[1:]) for bucket in buckets]
        start = buckets[0][0]
        if self._has_year_before(item, kpi):
            start = self._shift_bucket(item, buckets[0])[0]
        return [((start, buckets[-1][1]), groups)]

    def _is_stock(self, kpi):
        return any(part.date_kind == "end" for part in kpi._get_parts())

    def _fill_times(self, item, kpis, figures):
        """A line or bar for each KPI; where it is one only, the year before beside it."""
        buckets = self._get_buckets(item, figures)
        series = [self._prepare_time_series(item, kpi, figures, buckets) for kpi in kpis]
        if self._has_year_before(item, kpis) and not self._is_stock(kpis):
            series.append(self._prepare_year_before(item, kpis, figures, buckets))
        item.update(
            labels=[str(start) for start, _end in buckets],
            series=series,
            running=self._get_running(buckets, figures),
        )

    def _prepare_time_series(self, item, kpi, figures, buckets, *, key=(), name=None):
        extra = self._get_key_domain(kpi, self._get_groups(item)[1:], key)
        return {
            "name": name or kpi.name,
            "kind": "part" if key else "actual",
            "values": [self._get_time_value(item, kpi, figures, bucket, key) for bucket in buckets],
            "actions": [self._get_action(kpi, bucket, figures, extra) for bucket in buckets],
        }

    def _prepare_year_before(self, item, kpi, figures, buckets):
        earlier = [self._shift_bucket(item, bucket) for bucket in buckets]
        oldest = figures.page.history["oldest"] if kpi.category == "sales" else False
        return {
            "name": self.env._("A year before"),
            "kind": "last_year",
            # Nothing is known of the days before the first order: no zero then.
            "values": [
                self._get_time_value(item, kpi, figures, bucket)
                if not oldest or oldest < str(bucket[1])
                else None
                for bucket in earlier
            ],
            "actions": [self._get_action(kpi, bucket, figures) for bucket in earlier],
        }

    def _get_time_value(self, item, kpi, figures, bucket, key=()):
        if self._is_stock(kpi):
            return figures.value(kpi, bucket, self._get_groups(item)[1:], key)
        [(window, groups)] = self._get_time_requests(item, kpi, figures)
        return figures.value(kpi, window, groups, (bucket[0], *key))

    def _get_running(self, buckets, figures):
        """The place of the bucket that is not over yet, or None."""
        start, end = buckets[-1]
        return len(buckets) - 1 if start <= figures.page.today < end - timedelta(days=1) else None

    def _fill_split(self, item, kpi, figures):
        """Time one way, the largest keys the other."""
        buckets = self._get_buckets(item, figures)
        group = self._get_groups(item)[1]
        sums = {}
        for bucket in buckets:
            for key, value in self._get_bucket_values(item, kpi, figures, bucket).items():
                sums[key] = sums.get(key, 0) + (value or 0)
        keys = sorted(sums, key=lambda key: (-sums[key], str(key)))
        keys = [key for key in keys if sums[key]][: item.get("limit") or DEFAULT_LIMIT]
        names = self._get_key_names(group, keys)
        item.update(
            labels=[str(start) for start, _end in buckets],
            series=[
                self._prepare_time_series(item, kpi, figures, buckets, key=(key,), name=names[key])
                for key in keys
            ],
            running=self._get_running(buckets, figures),
        )

    def _get_bucket_values(self, item, kpi, figures, bucket):
        """``{key: value}`` of one bucket of a chart that is split."""
        if self._is_stock(kpi):
            parts = figures.parts(kpi, bucket, self._get_groups(item)[1:])
            return {key[0]: kpi._combine(*part) for key, part in parts.items()}
        [(window, groups)] = self._get_time_requests(item, kpi, figures)
        return {
            key[1]: kpi._combine(*part)
            for key, part in figures.parts(kpi, window, groups).items()
            if key[0] == bucket[0]
        }
