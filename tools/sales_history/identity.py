"""External ids: what makes a load find its own records again."""

from odoo.tools import SQL

MODULE = "__import__"


def external_name(options, kind, key):
    """The name of an external id. Odoo allows no space in one, and two keys never share a name."""
    return f"{options.source}_{kind}_{key.replace('%', '%25').replace(' ', '%20')}"


def external_name_sql(options, kind, key):
    """``external_name`` of an SQL expression."""
    return SQL(
        "%s || replace(replace(%s, '%%', '%%25'), ' ', '%%20')", f"{options.source}_{kind}_", key
    )


def find_ids(env, options, kind, model, keys):
    """``{key: id}`` of the keys that were loaded before and whose record still exists."""
    names = {external_name(options, kind, key): key for key in keys}
    rows = env.execute_query(
        SQL(
            """
            SELECT data.name, record.id
              FROM ir_model_data data
              JOIN %s record ON record.id = data.res_id
             WHERE data.module = %s AND data.model = %s AND data.name = ANY(%s)
            """,
            SQL.identifier(env[model]._table),
            MODULE,
            model,
            list(names),
        )
    )
    return {names[name]: record_id for name, record_id in rows}


def create_missing(env, options, kind, model, *, keys, values, progress):
    """``{key: id}`` of all keys; those never loaded are made by ``values(key)``, 500 a transaction.

    A record deleted since the last load is made again: its external id is pointed at the new one.
    """
    ids = find_ids(env, options, kind, model, keys)
    missing = [key for key in keys if key not in ids]
    for start in range(0, len(missing), 500):
        batch = missing[start : start + 500]
        records = env[model].create([values(key) for key in batch])
        env["ir.model.data"]._update_xmlids(
            [
                {"xml_id": f"{MODULE}.{external_name(options, kind, key)}", "record": record}
                for key, record in zip(batch, records, strict=True)
            ],
            update=True,
        )
        ids.update(zip(batch, records.ids, strict=True))
        env.cr.commit()
        progress(kind, start + len(batch), len(missing))
    return ids, len(missing)
