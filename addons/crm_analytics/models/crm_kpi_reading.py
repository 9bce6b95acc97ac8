from datetime import date

from odoo import models
from odoo.tools import SQL

MAX_KEYS = 2


class CrmKpi(models.Model):
    """Many figures of many windows in a number of queries that depends on neither."""

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
        parts = {request: {} for request in wanted}
        for request, key, total, count in self._read_part_rows(wanted, filters):
            parts[request][key] = (total, count)
        return {
            (kpi.id, groupby, window): kpi._join_parts(
                [parts[part.id, groupby, window] for part in kpi._get_parts()]
            )
            for kpi, groupby, window in requests
        }

    def _join_parts(self, parts):
        """What a ratio makes of its two sides; any other KPI is its own and only part."""
        if self.measure != "ratio":
            return parts[0]
        numerators, denominators = parts
        return {
            key: (numerators.get(key, (0, 0))[0], denominators.get(key, (0, 0))[0])
            for key in {**numerators, **denominators}
        }

    def _read_part_rows(self, wanted, filters):
        """``[(request, key, total, count)]`` of requests that are each one part of a KPI."""
        requests = list(wanted)
        if not requests:
            return []
        selects = [
            wanted[request]._select_part(index, request, filters)
            for index, request in enumerate(requests)
        ]
        rows = self.env.execute_query(SQL(" UNION ALL ").join(selects))
        return [
            (
                requests[index],
                self._parse_key(requests[index][1], keys),
                float(total or 0),
                count,
            )
            for index, *keys, total, count in rows
            if count
        ]

    def _select_part(self, index, request, filters):
        """One request as a query of ``(index, key, key, total, count)``."""
        _kpi_id, groupby, (start, end) = request
        query = self._get_query(self._get_record_domain(start, end, filters))
        keys = [self._get_key_sql(query, name, filters) for name in groupby]
        if keys:
            query.groupby = SQL(", ").join(SQL(str(place + 2)) for place in range(len(keys)))
        padding = [SQL("NULL::text")] * (MAX_KEYS - len(keys))
        total, count = self._get_measure_sql(query, filters)
        return SQL(
            "(%s)",
            query.select(
                SQL("%s", index),
                *(SQL("(%s)::text", key) for key in keys),
                *padding,
                SQL("(%s)::float", total),
                SQL("(%s)::bigint", count),
            ),
        )

    def _parse_key(self, groupby, keys):
        """Keys of a union of queries come as text, whatever they are."""
        return tuple(
            value and (date.fromisoformat(value) if name in ("day", "month") else int(value))
            for name, value in zip(groupby, keys, strict=False)
        )
