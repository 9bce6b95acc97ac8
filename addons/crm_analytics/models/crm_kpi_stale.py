from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ..tools.kpi_sources import ONLY_UPDATED, SOURCES


class CrmKpiStale(models.Model):
    """A day whose aggregates do not hold any more, of the documents of a model.

    Triggers on the tables append a row for each day that a statement changes, in its transaction:
    what is written by SQL counts as well, and nobody waits for anybody, for rows are only added.
    A row without a day means all days; an order's day is that of UTC, so that the days beside it
    are stale too. The refresh takes the rows away (see ``crm_kpi_filling``).
    """

    _name = "crm.kpi.stale"
    _description = "Stale KPI Day"
    _log_access = False

    model = fields.Char(required=True)
    date = fields.Date()

    def init(self):
        # The tables of this add-on may not be there yet.
        self.env.registry.post_init(self._install_triggers)

    def _install_triggers(self):
        for table, (columns, days) in SOURCES.items():
            name = self._get_function_name(table)
            self.env.cr.execute(self._get_function_sql(name, columns, days))
            events = ("UPDATE",) if table in ONLY_UPDATED else ("INSERT", "UPDATE", "DELETE")
            for event in events:
                trigger = SQL.identifier(f"crm_kpi_mark_{event.lower()}")
                on_table = SQL.identifier(table)
                self.env.cr.execute(SQL("DROP TRIGGER IF EXISTS %s ON %s", trigger, on_table))
                self.env.cr.execute(self._get_trigger_sql(trigger, name, on_table, event))

    def _remove_triggers(self):
        """Take along what no table of this add-on owns."""
        for table in SOURCES:
            self.env.cr.execute(
                SQL("DROP FUNCTION IF EXISTS %s() CASCADE", self._get_function_name(table))
            )

    def _get_function_name(self, table):
        return SQL.identifier(f"crm_kpi_mark_{table}")

    def _get_function_sql(self, name, columns, days):
        """A trigger function that marks the days of the rows that a statement changed."""
        found = SQL(" UNION ").join(
            SQL("SELECT %s, day FROM (%s) AS found (day)", model, SQL(query))  # pylint: disable=sql-injection
            for model, query in days.items()
        )
        mark = SQL("INSERT INTO crm_kpi_stale (model, date) %s", found)
        return SQL(
            """
            CREATE OR REPLACE FUNCTION %(name)s() RETURNS trigger AS $$
            BEGIN
                IF TG_OP = 'INSERT' THEN
                    WITH changed AS (SELECT %(columns)s FROM new_rows) %(mark)s;
                ELSIF TG_OP = 'DELETE' THEN
                    WITH changed AS (SELECT %(columns)s FROM old_rows) %(mark)s;
                ELSE
                    WITH changed AS (
                        (SELECT %(columns)s FROM old_rows EXCEPT SELECT %(columns)s FROM new_rows)
                        UNION ALL
                        (SELECT %(columns)s FROM new_rows EXCEPT SELECT %(columns)s FROM old_rows)
                    ) %(mark)s;
                END IF;
                RETURN NULL;
            END $$ LANGUAGE plpgsql
            """,
            name=name,
            columns=SQL(", ").join(SQL.identifier(column) for column in columns),
            mark=mark,
        )

    def _get_trigger_sql(self, trigger, name, table, event):
        """Odoo knows the word of the event and the rows it has; nothing else goes in here."""
        rows = {
            "INSERT": SQL("INSERT ON %s REFERENCING NEW TABLE AS new_rows", table),
            "DELETE": SQL("DELETE ON %s REFERENCING OLD TABLE AS old_rows", table),
            "UPDATE": SQL(
                "UPDATE ON %s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows", table
            ),
        }
        return SQL(
            "CREATE TRIGGER %s AFTER %s FOR EACH STATEMENT EXECUTE FUNCTION %s()",
            trigger,
            rows[event],
            name,
        )

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    def _read_days(self):
        """``{model: stale days, or None where all are}`` as this transaction sees them."""
        self.env.flush_all()  # the triggers see what reaches the database
        rows = self.env.execute_query(SQL("SELECT DISTINCT model, date FROM crm_kpi_stale"))
        stale = {}
        for model, day in rows:
            days = stale.setdefault(model, set())
            if day is None:
                stale[model] = None
            elif days is not None:
                days.update(day + timedelta(days=shift) for shift in (-1, 0, 1))
        return stale
