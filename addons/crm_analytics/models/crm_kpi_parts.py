from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

TIMES = ("day", "month")
KEYS = (
    *TIMES,
    "company_id",
    "user_id",
    "team_id",
    "country_id",
    "state_id",
    "category_id",
    "partner_id",
    "product_id",
)
SECONDS = {"days": 86400, "hours": 3600}


class CrmKpi(models.Model):
    """The two numbers of a figure, read in one query whatever the number of people.

    Everything goes through ``_search`` and fields of the ORM: the rights of the reader hold, and
    what was not written to the database yet is before it is read.
    """

    _inherit = "crm.kpi"  # pylint: disable=consider-merging-classes-inherited

    def _read_parts(self, start, end, groupby=(), filters=None):
        """The parts of the days ``[start, end)``, for each key that has records.

        :param groupby: any of ``day``, ``month`` (its first day), ``company_id``, ``user_id``,
            ``team_id``, ``country_id``, ``state_id``, ``category_id``, ``partner_id``,
            ``product_id``
        :param filters: see :meth:`_get_record_domain`
        :return: ``{(key of each groupby): (total, count)}``; a key that a record lacks is None,
            and so are all where the KPI has no such field. Keys without records are left out,
            except ``()``: it is missing only where nothing can be said (:meth:`_can_tell`).
        """
        self.ensure_one()
        if unknown := set(groupby) - set(KEYS):
            raise UserError(
                self.env._("A KPI cannot be grouped by %(names)s.", names=", ".join(unknown))
            )
        if not self._can_tell(end, filters):
            return {}
        if self.measure != "ratio":
            return self._read_own_parts(start, end, groupby, filters)
        return self._join_parts(
            [part._read_parts(start, end, groupby, filters) for part in self._get_parts()]
        )

    def _join_parts(self, parts):
        """What a ratio makes of its two sides; any other KPI is its own and only part."""
        if self.measure != "ratio":
            return parts[0]
        numerators, denominators = parts
        return {
            key: (numerators.get(key, (0, 0))[0], denominators.get(key, (0, 0))[0])
            for key in {**numerators, **denominators}
        }

    def _read_value(self, start, end, filters=None):
        """The figure of the days ``[start, end)``, or None where nothing can be said."""
        parts = self._read_parts(start, end, filters=filters)
        return self._combine(*parts.get((), (None, None)))

    def _can_tell(self, end, filters=None):
        """Whether the records know the end of the period and what they are filtered by."""
        return self._is_known(end) and not self._get_missing_filters(self._clean_filters(filters))

    def _read_own_parts(self, start, end, groupby, filters):
        query = self._get_query(self._get_record_domain(start, end, filters))
        keys = [self._get_key_sql(query, name, filters) for name in groupby]
        if keys:
            query.groupby = SQL(", ").join(SQL(str(index + 1)) for index in range(len(keys)))
        rows = self.env.execute_query(query.select(*keys, *self._get_measure_sql(query, filters)))
        width = len(keys)
        return {
            tuple(row[:width]): (float(row[width] or 0), row[width + 1])
            for row in rows
            if row[width + 1] or not keys
        }

    # ------------------------------------------------------------------
    # SQL
    # ------------------------------------------------------------------

    def _get_query(self, domain):
        """A query over the records of the domain that the reader may see.

        Archived ones count where the domain says so, as in the list it opens.
        """
        query = self.env[self.model_name].with_context(active_test=True)._search(domain)
        query.order = None
        return query

    def _get_measure_sql(self, query, filters=None):
        """``(total, count)`` as aggregates."""
        rows = SQL("COUNT(*)")
        if self.measure == "count":
            return rows, rows
        if self.measure == "share":
            return SQL("COUNT(*) FILTER (WHERE %s)", self._get_part_sql(query)), rows
        value = self._get_value_sql(query, filters)
        known = SQL("COUNT(%s)", value)
        if self.measure == "sum":
            return SQL("SUM(%s)", value), rows
        if self.measure == "average":
            return SQL("SUM(%s)", value), known
        if self.measure == "distinct":
            return SQL("COUNT(DISTINCT %s)", value), known
        return SQL("PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY %s)", value), known

    def _get_part_sql(self, query):
        model = self.env[self.model_name]
        part = self._get_part_domain().optimize_full(model)
        return part._to_sql(model, query.table, query)

    def _get_value_sql(self, query, filters):
        """The measured value of a record: a number, or the time between two dates."""
        value = self._get_path_sql(query, self.measure_field)
        field = self._get_path_field(self.measure_field)
        if self.since_field:
            since = self._get_path_sql(query, self.since_field)
            return SQL(
                "(EXTRACT(EPOCH FROM %s::timestamp - %s::timestamp) / %s)",
                value,
                since,
                SECONDS.get(self.unit, SECONDS["days"]),
            )
        if field.type == "monetary" and self.measure != "distinct":
            return self._convert_amount_sql(query, value, filters)
        return value

    def _get_key_sql(self, query, name, filters=None):
        if name == "day":
            return self._get_day_sql(query, filters)
        if name == "month":
            return SQL("DATE_TRUNC('month', %s)::date", self._get_day_sql(query, filters))
        path = self._get_key_paths()[name]
        return self._get_path_sql(query, path) if path else SQL("NULL::integer")

    def _get_day_sql(self, query, filters):
        """The calendar day of a record in its company's time zone."""
        moment = self._get_path_sql(query, self.date_field)
        if self._get_path_field(self.date_field).type == "date":
            return moment
        zones = self._get_zones(filters)
        [(zone, _ids), *others] = zones.items()
        name = SQL("%s", zone.zone)
        if others:
            company = self._get_path_sql(query, self.company_field)
            cases = SQL(" ").join(
                SQL("WHEN %s IN %s THEN %s", company, tuple(ids), zone.zone) for zone, ids in others
            )
            name = SQL("CASE %s ELSE %s END", cases, name)
        return SQL("((%s AT TIME ZONE 'UTC') AT TIME ZONE %s)::date", moment, name)

    # ------------------------------------------------------------------
    # Paths
    # ------------------------------------------------------------------

    def _get_path_field(self, path):
        """The field at the end of a path such as ``order_id.date_order``."""
        model = self.env[self.model_name]
        *names, last = path.split(".")
        for name in names:
            model = self.env[model._fields[name].comodel_name]
        return model._fields[last]

    def _get_path_sql(self, query, path):
        """The column at the end of a path, its tables joined to the query.

        A record on the way that the reader may not see is as if it were not there.
        """
        model, alias = self.env[self.model_name], query.table
        *names, last = path.split(".")
        for name in names:
            model, alias = self._join_path(query, model, alias, name)
        return model._field_to_sql(alias, last, query)

    def _join_path(self, query, model, alias, name):
        comodel = self.env[model._fields[name].comodel_name]
        allowed = comodel.with_context(active_test=False)._search([])
        table, link = comodel._table_sql, name
        if allowed.where_clause:
            table = allowed.subselect(SQL("%s.*", SQL.identifier(comodel._table)))
            link = f"{name}__{self.env.uid}"
        joined = query.make_alias(alias, link)
        condition = SQL(
            "%s = %s", model._field_to_sql(alias, name, query), SQL.identifier(joined, "id")
        )
        query.add_join("LEFT JOIN", joined, table, condition)
        return comodel, joined
