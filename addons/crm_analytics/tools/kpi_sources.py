"""What the aggregates of KPIs are made of, and which days a change of it makes stale.

Plain data for ``crm.kpi.stale``: a KPI that looks at anything not named here reads its documents.
"""

# Fields whose change is announced: {model: names}.
ANNOUNCED = {
    "sale.order": {
        "amount_total",
        "amount_untaxed",
        "company_id",
        "currency_id",
        "date_order",
        "partner_id",
        "state",
        "team_id",
        "user_id",
    },
    "crm.sales.actual": {
        "amount",
        "company_id",
        "currency_id",
        "date",
        "kind",
        "partner_id",
        "team_id",
        "user_id",
    },
}
# Whose days count for an actual of a kind; the other kinds are read from their documents.
KINDS = {"ordered": "sale.order", "invoiced": "account.move"}

_ORDERS = "SELECT date_order::date FROM sale_order WHERE id IN (SELECT {} FROM changed)"
_INVOICES = """
    SELECT line.date FROM account_move_line line
      JOIN sale_order_line_invoice_rel sold ON sold.invoice_line_id = line.id
      JOIN sale_order_line item ON item.id = sold.order_line_id
     WHERE item.order_id IN (SELECT {} FROM changed)"""
_CREDITED = "order_id FROM sale_order_credit WHERE user_id IN (SELECT id FROM changed)"
_ALL_DAYS = {
    "sale.order": "SELECT NULL::date FROM changed",
    "account.move": "SELECT NULL::date FROM changed",
}

# {table: (columns that matter, {model: the days of the changed rows})}; ``changed`` has these
# columns of the rows as they were before and as they are after a statement.
SOURCES = {
    "sale_order": (
        ["id", "currency_rate", *sorted(ANNOUNCED["sale.order"])],
        {
            "sale.order": "SELECT date_order::date FROM changed",
            "account.move": _INVOICES.format("id"),
        },
    ),
    "sale_order_line": (
        ["id", "order_id", "price_subtotal", "display_type"],
        {"sale.order": _ORDERS.format("order_id")},
    ),
    "sale_order_credit": (
        ["id", "order_id", "user_id", "share"],
        {"sale.order": _ORDERS.format("order_id"), "account.move": _INVOICES.format("order_id")},
    ),
    "account_move": (
        [
            "id",
            "commercial_partner_id",
            "date",
            "invoice_user_id",
            "move_type",
            "state",
            "team_id",
        ],
        {
            "account.move": "SELECT date FROM changed"
            " WHERE move_type IN ('out_invoice', 'out_refund', 'out_receipt')"
        },
    ),
    "account_move_line": (
        ["id", "balance", "company_id", "date", "display_type", "move_id", "parent_state"],
        {"account.move": "SELECT date FROM changed WHERE display_type IN ('product', 'rounding')"},
    ),
    "sale_order_line_invoice_rel": (
        ["invoice_line_id", "order_line_id"],
        {
            "account.move": "SELECT date FROM account_move_line"
            " WHERE id IN (SELECT invoice_line_id FROM changed)"
        },
    ),
    "res_partner": (
        ["id", "commercial_partner_id", "country_id", "state_id"],
        {
            "sale.order": """
                SELECT date_order::date FROM sale_order WHERE partner_id IN (
                    SELECT id FROM changed UNION
                    SELECT contact.id FROM res_partner contact
                      JOIN changed ON changed.id = contact.commercial_partner_id)""",
            "account.move": "SELECT date FROM account_move"
            " WHERE commercial_partner_id IN (SELECT id FROM changed)",
        },
    ),
    "res_users": (
        ["id", "sale_team_id"],
        {
            "sale.order": _ORDERS.replace("{} FROM changed", _CREDITED),
            "account.move": _INVOICES.replace("{} FROM changed", _CREDITED),
        },
    ),
    # Another time zone or currency of a company: all of its days.
    "resource_calendar": (["id", "tz"], _ALL_DAYS),
    "res_company": (["id", "resource_calendar_id", "currency_id"], _ALL_DAYS),
}
# A new row of these cannot belong to a document yet, and none of a document is deleted.
ONLY_UPDATED = {"res_partner", "res_users", "resource_calendar", "res_company"}
