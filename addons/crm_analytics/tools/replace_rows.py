"""Rows computed by night in place of the old ones, in the caller's transaction."""

import io

from odoo.tools import SQL

_STAGE = "crm_analytics_stage"


def replace_rows(model, company, columns, chunks, *, keys, values, valid, scope=None):
    """Make the rows of a company those of the chunks: what is gone is deleted, what is new is
    inserted, what is other is updated, and what is the same is not touched.

    Readers see the old rows until the caller's transaction is committed; rows keep their ids.
    COPY takes arrays as they are, where the ORM would need a Python object for each value.

    :param dict columns: {name: PostgreSQL type} of the arrays of each chunk: int4 or float8
    :param chunks: iterable of lists of arrays
    :param tuple keys: fields that identify a row, with the company; columns of their names
    :param dict values: {field: SQL over the columns} of the other fields
    :param SQL valid: what must hold of a row of the columns, as of `stage`, to be kept
    :param SQL scope: condition on `model`'s own rows that are replaced; all without it
    """
    from ..mining.pg_binary import encode_copy

    cr, stage, table = model.env.cr, SQL.identifier(_STAGE), SQL.identifier(model._table)

    def names(fields):
        return SQL(", ").join(SQL.identifier(name) for name in fields)

    cr.execute(SQL("DROP TABLE IF EXISTS %s", stage))
    cr.execute(
        SQL(
            "CREATE TEMPORARY TABLE %s (%s) ON COMMIT DROP",
            stage,
            SQL(", ").join(
                SQL("%s %s", SQL.identifier(name), SQL(kind)) for name, kind in columns.items()
            ),
        )
    )
    copy = SQL("COPY %s FROM STDIN (FORMAT BINARY)", stage).code
    for arrays in chunks:
        if len(arrays[0]):
            cr.copy_expert(copy, io.BytesIO(encode_copy(list(arrays))))
    cr.execute(SQL("DELETE FROM %s AS stage WHERE (%s) IS NOT TRUE", stage, valid))
    cr.execute(SQL("ANALYZE %s", stage))
    cr.execute(
        SQL(
            "DELETE FROM %s AS old WHERE old.company_id = %s AND %s "
            "AND NOT EXISTS (SELECT FROM %s AS stage WHERE %s)",
            table,
            company.id,
            scope or SQL("TRUE"),
            stage,
            SQL(" AND ").join(
                SQL("%s = %s", SQL.identifier("stage", key), SQL.identifier("old", key))
                for key in keys
            ),
        )
    )
    fields = [name for name in values if name not in keys]
    cr.execute(
        SQL(
            "INSERT INTO %(table)s AS old (company_id, %(names)s) "
            "SELECT %(company)s, %(values)s FROM %(stage)s AS stage "
            "ON CONFLICT (%(keys)s, company_id) DO UPDATE SET %(updates)s "
            "WHERE (%(old)s) IS DISTINCT FROM (%(new)s)",
            table=table,
            names=names([*keys, *fields]),
            company=company.id,
            values=SQL(", ").join([names(keys), *(values[name] for name in fields)]),
            stage=stage,
            keys=names(keys),
            updates=SQL(", ").join(
                SQL("%s = %s", SQL.identifier(name), SQL.identifier("excluded", name))
                for name in fields
            ),
            old=SQL(", ").join(SQL.identifier("old", name) for name in fields),
            new=SQL(", ").join(SQL.identifier("excluded", name) for name in fields),
        )
    )
    model.invalidate_model()
