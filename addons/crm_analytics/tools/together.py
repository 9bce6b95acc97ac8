"""Read records of several models in one query.

A screen of five products needs their templates, units, taxes, categories: for the ORM a query
each, which together take longer than finding the products. Core's methods that work on the
records afterwards find everything in the cache.
"""

from collections import defaultdict
from typing import NamedTuple

from odoo.fields import Date, Datetime, Domain
from odoo.models import BaseModel
from odoo.tools import SQL

RELATIONS = ("many2many", "one2many")


class Part(NamedTuple):
    """Records of one model to read.

    :param records: any recordset of the model; its environment says with whose rights
    :param ids: a subselect of ids, in parentheses
    :param fields: names of stored fields, with many2many and one2many ones
    """

    records: BaseModel
    ids: SQL
    fields: list[str]


def is_one_of(column, ids):
    """Return the condition that a column is one of a few ids.

    By an array PostgreSQL looks each id up in the index; joined with a subselect, whose length it
    does not know, it may read the whole table.

    :param SQL ids: a subselect, in parentheses
    """
    return SQL("%s = ANY(ARRAY%s)", column, ids)


def fetch_together(env, parts, *, head, with_queries):
    """Put records of several models in cache and return other rows, all in one query.

    Record rules apply as if each model was read alone. A field that is missing here is fetched
    by the ORM when it is needed, as ever.

    :param SQL head: a query of two columns: an integer and a `jsonb`
    :param SQL with_queries: `WITH ...` that `head` and the parts may refer to
    :return: the rows of `head`
    :rtype: list[tuple]
    """
    selects = [SQL("SELECT -1 AS part, head.* FROM (%s) AS head", head)]
    targets = []  # (records, fields, whether the rows are those of the records themselves)
    for part in parts:
        columns = [part.records._fields[name] for name in part.fields]
        relations = [field for field in columns if field.type in RELATIONS]
        columns = [field for field in columns if field.type not in RELATIONS]
        query = part.records._search(Domain.TRUE, active_test=False)
        if query.is_empty():
            continue
        query.add_where(is_one_of(SQL.identifier(query.table, "id"), part.ids))
        selects.append(_select_columns(part.records, query, columns, len(targets)))
        targets.append((part.records, columns, True))
        for field in relations:
            selects.append(_select_relation(part, field, len(targets)))
            targets.append((part.records, [field], False))
    rows = defaultdict(list)
    union = SQL(" UNION ALL ").join(selects)
    for number, *row in env.execute_query(SQL("%s %s", with_queries, union)):
        rows[number].append(row)
    fetched_ids = []
    for number, (records, fields, are_records) in enumerate(targets):
        if are_records:
            fetched_ids = [record_id for record_id, _values in rows[number]]
            _insert_columns(records.browse(fetched_ids), fields, rows[number])
        else:
            _insert_relation(records.browse(fetched_ids), fields[0], dict(rows[number]))
    return rows[-1]


def _select_columns(records, query, fields, number):
    columns = [records._field_to_sql(query.table, field.name, query) for field in fields]
    # text: JSON has a format of its own for them
    columns = [
        SQL("%s::text", column) if field.type in ("date", "datetime") else column
        for field, column in zip(fields, columns, strict=True)
    ]
    return query.select(
        SQL("%s", number),
        SQL.identifier(query.table, "id"),
        SQL("jsonb_build_array(%s)", SQL(", ").join(columns)),
    )


def _select_relation(part, field, number):
    comodel = part.records.env[field.comodel_name].with_context(**field.context)
    query = comodel._search(field.get_comodel_domain(part.records), order=comodel._order)
    corecord = SQL.identifier(query.table, "id")
    if field.type == "one2many":
        record = comodel._field_to_sql(query.table, field.inverse_name, query)
    else:
        record = SQL.identifier(field.relation, field.column1)
        condition = SQL("%s = %s", SQL.identifier(field.relation, field.column2), corecord)
        query.add_join("JOIN", field.relation, None, condition)
    query.add_where(is_one_of(record, part.ids))
    order, query.order = query.order, None
    query.groupby = record
    return query.select(
        SQL("%s", number), record, SQL("jsonb_agg(%s ORDER BY %s)", corecord, order)
    )


def _insert_columns(records, fields, rows):
    if not rows:
        return
    for field, values in zip(
        fields, zip(*(values for _id, values in rows), strict=True), strict=True
    ):
        field._insert_cache(records, [_convert(field, value) for value in values])


def _insert_relation(records, field, ids):
    field._insert_cache(records, [tuple(ids.get(record_id, ())) for record_id in records._ids])


def _convert(field, value):
    """Return a value of JSON as a cursor gives it."""
    if value is None:
        return None
    if field.type in ("float", "monetary"):
        return float(value)
    if field.type == "date":
        return Date.to_date(value)
    if field.type == "datetime":
        return Datetime.to_datetime(value)
    return value
