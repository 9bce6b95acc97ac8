"""Prototype orders: made and confirmed by the ORM, read, and rolled back.

A column of an order is either one the loader computes (COMPUTED in ``orders``) or the same for
every order of one kind: same pricelist, fiscal position, terms, team... So the loader asks the ORM
once a kind, whatever modules are installed, and copies the answer to the thousands of that kind.

A kind of partner is what its row says apart from who it is; a kind of product likewise. Each kind
is asked twice, with other partners, products, dates, quantities and prices. A column that then
differs and is not COMPUTED belongs to a module this loader does not know: Odoo recomputes it for
the rows of each batch if it has a compute method; otherwise the load stops before it wrote a row.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from psycopg2.extras import Json

from odoo.fields import Command
from odoo.tools import SQL

from tools.row_file import LoadError

# What says who a partner or a product is, and never how it is sold to or sold.
_STAMPS = ("create_uid", "create_date", "write_uid", "write_date")
_PARTNER_IDENTITY = [
    *("id", "name", "complete_name", "ref", "commercial_partner_id", "barcode", "comment"),
    *("email", "email_normalized", "phone", "phone_sanitized", "website", "function", "color"),
    *("calendar_last_notif_ack", "signup_type", *_STAMPS),
]
_PRODUCT_IDENTITY = [
    *("id", "product_tmpl_id", "name", "default_code", "barcode", "list_price", "description"),
    *("description_sale", "sequence", "color", "combination_indices", "weight", "volume"),
    *_STAMPS,
]
# (quantity, price, date) of the two orders of a kind
_SAMPLES = ((2, 3.0, datetime(2001, 2, 3)), (5, 7.0, datetime(2002, 3, 4)))


@dataclass
class Prototypes:
    """The rows read; ``recompute`` names the fields Odoo itself must compute, for each model."""

    orders: list = field(default_factory=list)
    lines: list = field(default_factory=list)
    recompute: dict = field(default_factory=lambda: {"sale.order": set(), "sale.order.line": set()})


def partner_kind_sql():
    """A key that is equal for partners to whom orders are made in the same way.

    Partners with contacts of their own may have other addresses: each is its own kind.
    """
    return SQL(
        """
        md5(concat_ws('/', to_jsonb(partner) - %s::text[],
            (SELECT array_agg(category_id ORDER BY category_id)
               FROM res_partner_res_partner_category_rel WHERE partner_id = partner.id),
            (SELECT min(parent_id) FROM res_partner child WHERE child.parent_id = partner.id)))
        """,
        _PARTNER_IDENTITY,
    )


def product_kind_sql():
    return SQL(
        "md5(concat_ws('/', to_jsonb(product) - %s::text[], to_jsonb(template) - %s::text[]))",
        _PRODUCT_IDENTITY,
        _PRODUCT_IDENTITY,
    )


def make_prototypes(env, kinds, tag_id, computed):
    """Ask the ORM for each kind and leave the answers in the temporary prototype tables.

    :param kinds: rows ``(order prototype, is return, [two partner ids], [(product kind, is
        negative, [two product ids])])``
    :param computed: ``{model: names of the columns the loader computes}``
    """
    prototypes = Prototypes()
    savepoint = env.cr.savepoint()
    orders = env["sale.order"]
    for sample in (0, 1):
        orders += _create_orders(env, kinds, sample, tag_id)
    env.flush_all()
    _read_all(prototypes, kinds, orders, computed)
    savepoint.close(rollback=True)
    _fill_tables(env, prototypes)
    return {model: sorted(names) for model, names in prototypes.recompute.items()}


def order_values(env, partner):
    """What an order of the file says beside its lines, as given to ``sale.order.create``."""
    pricelist = partner.property_product_pricelist
    seller = partner.user_id or partner.commercial_partner_id.user_id
    values = {
        "partner_id": partner.id,
        # The file names no salesperson, and whoever runs the load sold nothing.
        "user_id": seller.id,
        # Confirmed orders do not expire.
        "validity_date": False,
    }
    if pricelist and pricelist.currency_id != env.company.currency_id:
        # The file's amounts are the company's currency; another name for them would change them.
        values["pricelist_id"] = False
    return values


def line_values(product_id, quantity, price):
    """What a row of the file says: its price is what was charged, no discount, no tax added."""
    return {
        "product_id": product_id,
        "product_uom_qty": quantity,
        "price_unit": price,
        "discount": 0.0,
        "tax_ids": [Command.clear()],
    }


def _order_values(env, kind, sample, tag_id):
    number, is_return, partner_ids, product_kinds = kind
    quantity, price, _date = _SAMPLES[sample]
    name = f"prototype {number} {sample}"
    return {
        **order_values(env, env["res.partner"].browse(partner_ids[sample])),
        "name": name,
        "client_order_ref": name,
        "tag_ids": [Command.set([tag_id] if is_return else [])],
        "order_line": [
            Command.create(
                line_values(product_ids[sample], -quantity if is_negative else quantity, price)
            )
            for _kind, is_negative, product_ids in product_kinds
        ],
    }


def _create_orders(env, kinds, sample, tag_id):
    orders = env["sale.order"].create([_order_values(env, kind, sample, tag_id) for kind in kinds])
    orders.action_confirm()
    orders.date_order = _SAMPLES[sample][2]
    return orders


def _read_all(prototypes, kinds, orders, computed):
    """Read both samples of each kind, compare them, keep the first."""
    order_rows = _read_rows(orders, "partner_id")
    line_rows = _read_rows(orders.order_line.sorted("id"), "order_partner_id")
    lines_of = defaultdict(list)
    for row in line_rows:
        lines_of[row["order_id"]].append(row)
    size = len(kinds)
    for kind, first, second, order in zip(
        kinds, order_rows[:size], order_rows[size:], orders[:size], strict=True
    ):
        prototypes.recompute["sale.order"] |= _find_unknown(orders, first, second, computed)
        prototypes.orders.append(
            {"prototype_number": kind[0], "prototype_lang": order._get_lang(), "row": first}
        )
        for (product_kind, is_negative, _ids), *rows in zip(
            kind[3], lines_of[first["id"]], lines_of[second["id"]], strict=True
        ):
            prototypes.recompute["sale.order.line"] |= _find_unknown(
                orders.order_line, *rows, computed
            )
            prototypes.lines.append(
                {
                    "prototype_number": kind[0],
                    "prototype_kind": product_kind,
                    "prototype_negative": is_negative,
                    "row": rows[0],
                }
            )


def _read_rows(records, partner_column):
    """The stored columns of each record as a dict, its partner columns marked where they hold its
    own partner (0), its stored many2many fields added as sorted ids."""
    partner_fields = partner_columns(records)
    links = link_fields(records)
    rows = records.env.execute_query(
        SQL(
            "SELECT to_jsonb(record) FROM %s record WHERE id = ANY(%s) ORDER BY id",
            SQL.identifier(records._table),
            records.ids,
        )
    )
    result = []
    for record, (row,) in zip(records, rows, strict=True):
        own = row[partner_column]
        row.update({name: 0 for name in partner_fields if row[name] == own})
        row.update({name: sorted(record[name].ids) for name in links})
        result.append(row)
    return result


def partner_columns(model):
    return [
        name
        for name, field_ in model._fields.items()
        if field_.type == "many2one" and field_.column_type and field_.store
        if field_.comodel_name == "res.partner"
    ]


def link_fields(model):
    return [n for n, f in model._fields.items() if f.type == "many2many" and f.store]


def _find_unknown(model, first, second, computed):
    names = {name for name in first if first[name] != second[name]} - computed[model._name]
    for name in names:
        field_ = model._fields.get(name)
        if not field_ or not field_.compute:
            raise LoadError(
                f"The column {name} of {model._name} differs from one order to the next and this "
                "load does not know how to fill it: uninstall or adapt the module that added it."
            )
    return names


def _fill_tables(env, prototypes):
    for table, model, keys, rows in (
        ("order", "sale.order", "prototype_number int, prototype_lang text", prototypes.orders),
        (
            "line",
            "sale.order.line",
            "prototype_number int, prototype_kind int, prototype_negative boolean",
            prototypes.lines,
        ),
    ):
        name = SQL.identifier(f"sales_history_{table}_prototype")
        env.cr.execute(
            SQL(
                """
                CREATE TEMP TABLE %s AS
                SELECT keys.*, prototype.value -> 'row' AS prototype_row, stored.*
                  FROM jsonb_array_elements(%s) prototype,
                       LATERAL jsonb_to_record(prototype.value) AS keys(%s),
                       LATERAL jsonb_populate_record(NULL::%s, prototype.value -> 'row') stored
                """,
                name,
                Json(rows),
                SQL(keys),
                SQL.identifier(env[model]._table),
            )
        )
        env.cr.execute(SQL("ANALYZE %s", name))
