from collections import namedtuple
from datetime import date, timedelta

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import period as periods
from .crm_kpi_filling import DIMENSIONS
from .crm_kpi_parts import TIMES

MAX_KEYS = 2
# A product is of one category: who asks for either is answered by both.
PRODUCTS = ("category_id", "product_id")
SPAN = ("span",)
MAX_SPAN_DAYS = 1200

# One query. ``numbers``, of spans only: ``{(request, its key): number of the span}``.
Reading = namedtuple("Reading", "kpi groupby windows requests numbers")


class CrmKpi(models.Model):
    """Many figures of many windows in a number of queries that depends on neither.

    What is added up by day (``crm.kpi.day``) is read from there, but for the stale days, which are
    read from the documents like everything else. Both by the record rules of the documents: a
    figure is the sum of the records its reader may see.
    """

    _inherit = "crm.kpi"  # pylint: disable=consider-merging-classes-inherited

    def _read_figures(self, windows, groupby=(), filters=None):
        """The parts of these KPIs in each of the windows.

        :param windows: ``[(start, end)]``
        :param groupby: as in :meth:`_read_parts`, two of them at most
        :param filters: as in :meth:`_read_parts`
        :return: ``{(KPI id, window): {(key of each groupby): (total, count)}}``
        """
        requests = [(kpi, tuple(groupby), window) for kpi in self for window in windows]
        figures = self._read_requests(requests, filters)
        return {
            (kpi.id, window): figures[kpi.id, groups, window] for kpi, groups, window in requests
        }

    def _read_requests(self, requests, filters=None):
        """The parts of many ``(KPI, groupby, window)`` at once.

        :return: ``{(KPI id, groupby, window): {(key of each groupby): (total, count)}}``
        """
        wanted = {
            (part.id, groupby, window): part
            for kpi, groupby, window in requests
            for part in kpi._get_parts()
        }
        parts = self._read_part_requests(wanted, filters)
        return {
            (kpi.id, groupby, window): kpi._join_parts(
                [parts[part.id, groupby, window] for part in kpi._get_parts()]
            )
            for kpi, groupby, window in requests
        }

    def _read_part_requests(self, wanted, filters):
        """``{request: {key: (total, count)}}`` of ``{request: KPI that is no ratio}``."""
        readings = self._get_readings(wanted)
        parts = {request: {} for request in wanted}
        selects = self._get_selects(readings, filters)
        if not selects:
            return parts
        rows = self.env.execute_query(SQL(" UNION ALL ").join(selects))
        shares = [self._get_share_method(reading) for reading in readings]
        for index, *keys, total, count in rows:
            if not count:
                continue
            for request, found in shares[index](keys):
                before = parts[request].get(found, (0, 0))
                parts[request][found] = (before[0] + float(total or 0), before[1] + count)
        return parts

    def _get_readings(self, wanted):
        """The queries that answer all requests.

        What adds up over time is read by day once for all windows, and so is what is split by
        product or category once for both. Different values do not add up: their windows are spans
        of one query. Anything else is read as it was asked for.
        """
        readings = {}
        for request, kpi in wanted.items():
            groupby, key = kpi._get_reading_key(request)
            reading = readings.setdefault(key, Reading(kpi, groupby, [], [], {}))
            reading.windows.append(request[2])
            reading.requests.append(request)
        for key, reading in readings.items():
            if reading.groupby == PRODUCTS and len(reading.requests) == 1:
                [(_kpi_id, groupby, _window)] = reading.requests
                readings[key] = reading._replace(groupby=groupby)
        return list(readings.values())

    def _get_reading_key(self, request):
        """How a request is read, and what the requests that are read with it have in common."""
        kpi_id, groupby, (start, end) = request
        if groupby and groupby[0] in PRODUCTS and len(groupby) == 1 and self._is_additive():
            return PRODUCTS, (kpi_id, PRODUCTS, (start, end))
        if not set(groupby) <= set(TIMES) or self.date_kind != "period" or not self.date_field:
            return groupby, request
        if self._is_additive():
            return ("day",), (kpi_id, ("day",))
        if (end - start).days > MAX_SPAN_DAYS:
            return groupby, request
        return SPAN, (kpi_id, SPAN)

    def _get_share_method(self, reading):
        """What gives the ``(request, its key)`` that the keys of a row of the reading count for."""
        if reading.groupby == SPAN:
            spans = list(reading.numbers)
            return lambda keys: (spans[int(keys[0])],)
        return lambda keys: self._get_shares(reading, self._parse_key(reading.groupby, keys))

    def _get_shares(self, reading, key):
        for request in reading.requests:
            found = self._get_request_key(request, reading.groupby, key)
            if found is not None:
                yield request, found

    def _get_request_key(self, request, groupby, key):
        """The key of a request that a key of its reading counts for, None where it does not."""
        _kpi_id, wanted, (start, end) = request
        if groupby == PRODUCTS:
            return tuple(key[groupby.index(name)] for name in wanted)
        if wanted == groupby and groupby != ("day",):
            return key
        [day] = key
        if not start <= day < end:
            return None
        return tuple(day if name == "day" else day.replace(day=1) for name in wanted)

    def _get_selects(self, readings, filters):
        """The queries of ``(index of the reading, key, key, total, count)`` of all readings."""
        has_days = any(reading.kpi.days_filled_date for reading in readings)
        stale = self.env["crm.kpi.stale"].sudo()._read_days() if has_days else {}
        selects = []
        for index, reading in enumerate(readings):
            kpi, groupby, windows, *_rest = reading
            runs = periods.join(windows)
            if groupby == SPAN:
                selects.append(kpi._select_spans(index, reading, runs, filters))
                continue
            domain = kpi._get_day_domain(groupby, filters, stale)
            if domain is None:
                query = kpi._get_query(kpi._get_runs_domain(runs, filters))
                selects.append(kpi._select_parts(index, groupby, query, filters))
                continue
            days = {
                day
                for day in stale.get(kpi._get_day_source(), ())
                if any(start <= day < end for start, end in runs)
            }
            selects.append(kpi._select_days(index, groupby, domain, runs, days))
            if days:
                query = kpi._get_query(kpi._get_days_domain(days, filters))
                selects.append(kpi._select_parts(index, groupby, query, filters))
        return selects

    # ------------------------------------------------------------------
    # Documents
    # ------------------------------------------------------------------

    def _select_parts(self, index, groupby, query, filters):
        keys = [self._get_key_sql(query, name, filters) for name in groupby]
        return self._select(index, query, keys, self._get_measure_sql(query, filters))

    def _select_spans(self, index, reading, runs, filters):
        """The parts of many windows at once: a record counts in each span that has its day."""
        days, numbers = [], []
        for request in reading.requests:
            start, end = request[2]
            for offset in range((end - start).days):
                day = start + timedelta(days=offset)
                span = request, self._get_request_key(request, ("day",), (day,))
                days.append(day)
                numbers.append(reading.numbers.setdefault(span, len(reading.numbers)))
        query = self._get_query(self._get_runs_domain(runs, filters))
        query.add_join(
            "JOIN",
            "kpi_span",
            SQL(
                "(SELECT * FROM unnest(%s::date[], %s::integer[]) AS span (day, number))",
                days,
                numbers,
            ),
            SQL("kpi_span.day = %s", self._get_day_sql(query, filters)),
        )
        keys = [SQL("kpi_span.number")]
        return self._select(index, query, keys, self._get_measure_sql(query, filters))

    def _select(self, index, query, keys, parts):
        """One request as a query of ``(index, key, key, total, count)``, for a union of them."""
        if keys:
            query.groupby = SQL(", ").join(keys)
        total, count = parts
        return SQL(
            "(%s)",
            query.select(
                SQL("%s", index),
                *(SQL("(%s)::text", key) for key in keys),
                *[SQL("NULL::text")] * (MAX_KEYS - len(keys)),
                SQL("(%s)::float", total),
                SQL("(%s)::bigint", count),
            ),
        )

    def _parse_key(self, groupby, keys):
        """Keys of a union of queries come as text, whatever they are."""
        return tuple(
            value and (date.fromisoformat(value) if name in TIMES else int(value))
            for name, value in zip(groupby, keys, strict=False)
        )

    # ------------------------------------------------------------------
    # Totals by day
    # ------------------------------------------------------------------

    def _get_day_domain(self, groupby, filters, stale):
        """The rows of ``crm.kpi.day`` that this reader may add up, None where they do not do."""
        filters = self._clean_filters(filters)
        if (
            not self.days_filled_date
            or stale.get(self._get_day_source(), ()) is None
            or not set(groupby) <= {*TIMES, *DIMENSIONS}
            or not filters.keys() <= {*DIMENSIONS, "company_ids"}
            or self._get_missing_filters(filters)
        ):
            return None
        rules = self._get_day_rules()
        if rules is None:
            return None
        domain = rules & Domain("company_id", "in", self._get_companies(filters).ids)
        for name, value in filters.items():
            if name != "company_ids":
                domain &= Domain(name, self._get_filter_operator(name), value)
        return domain & Domain("kpi_id", "=", self.id)

    def _get_day_rules(self):
        """The record rules of the documents said of the totals; None where one cannot be."""
        model = self.env[self.model_name]
        used = [model._fields[name] for name in self._get_used_fields()]
        if not model.has_access("read") or not all(
            model._has_field_access(field, "read") for field in used
        ):
            return None
        if self.env.su:
            return Domain.TRUE
        rules = self.env["ir.rule"]._compute_domain(self.model_name, "read")
        names = {
            path: name
            for path, name in (
                (self.user_field, "user_id"),
                (self.team_field, "team_id"),
                (self.company_field, "company_id"),
            )
            if path
        }
        if not all(condition.field_expr in names for condition in rules.iter_conditions()):
            return None
        return rules.map_conditions(
            lambda condition: Domain(
                names[condition.field_expr], condition.operator, condition.value
            )
        )

    def _select_days(self, index, groupby, domain, runs, stale_days):
        """The totals of the days that hold."""
        # sudo: the domain holds the rules of the documents
        days_sudo = self.env["crm.kpi.day"].sudo()
        domain &= Domain.OR(
            Domain("date", ">=", start) & Domain("date", "<", end) for start, end in runs
        )
        if stale_days:
            domain &= Domain("date", "not in", list(stale_days))
        query = days_sudo._search(domain)
        query.order = None

        def column(name):
            return days_sudo._field_to_sql(query.table, name, query)

        keys = {
            "day": column("date"),
            "month": SQL("DATE_TRUNC('month', %s)::date", column("date")),
            **{name: column(name) for name in DIMENSIONS},
        }
        total = self._convert_total_sql(column("total"), column("currency_id"), column("date"))
        parts = (SQL("SUM(%s)", total), SQL("SUM(%s)", column("count")))
        return self._select(index, query, [keys[name] for name in groupby], parts)

    def _convert_total_sql(self, total, currency, day):
        """As ``_convert_amount_sql`` converts each of the documents' amounts."""
        target = self.env.company.currency_id
        return SQL(
            "CASE WHEN COALESCE(%s, %s) = %s THEN %s ELSE %s / %s * %s END",
            currency,
            target.id,
            target.id,
            total,
            total,
            self._get_rate_sql(currency, day),
            self._get_rate_sql(SQL("%s", target.id), day),
        )
