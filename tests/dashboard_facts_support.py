"""What the shipped KPIs mean in plain SQL, and a reader of dashboards that asks it.

A KPI's rows have a day, the keys they may be split by, a value and a measure to sum them up by;
those of what stands open have the day they were closed as well. A sales history has neither cards
nor contracts: their figures say that there are none.
"""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

KEYS = ("user_id", "team_id", "country_id", "category_id", "partner_id", "product_id")
NAMES = {
    "user_id": "SELECT u.id, p.name FROM res_users u JOIN res_partner p ON p.id = u.partner_id",
    "team_id": "SELECT id, name->>'en_US' FROM crm_team",
    "country_id": "SELECT id, name->>'en_US' FROM res_country",
    "category_id": "SELECT id, complete_name FROM product_category",
    "partner_id": "SELECT id, complete_name FROM res_partner",
    "product_id": "SELECT p.id, t.name->>'en_US' FROM product_product p"
    " JOIN product_template t ON t.id = p.product_tmpl_id",
}
NOBODY = {"user_id": "Nobody"}
DAY = (
    "({} AT TIME ZONE 'UTC' AT TIME ZONE (SELECT COALESCE(max(k.tz), 'UTC')"
    " FROM res_company c JOIN resource_calendar k ON k.id = c.resource_calendar_id"
    " WHERE c.id = 1))::date"
)
NONE = "NULL::int"


def rows(source, day, value="1", *, closed="NULL::date", **keys):
    """The query of a KPI's rows."""
    columns = ", ".join(f"{keys.get(key, NONE)} AS {key}" for key in KEYS)
    return f"SELECT {day} AS day, {closed} AS closed, {columns}, {value} AS value FROM {source}"  # noqa: S608


ORDER_KEYS = {
    "user_id": "o.user_id",
    "team_id": "o.team_id",
    "country_id": "p.country_id",
    "partner_id": "p.id",
}
ORDERS = "sale_order o JOIN res_partner p ON p.id = o.partner_id WHERE {}"
BOUGHT = "o.state = 'sale' AND o.amount_total > 0"
CUSTOMERS = (
    "sale_order o JOIN res_partner p ON p.id = o.partner_id"
    " JOIN res_partner c ON c.id = p.commercial_partner_id WHERE c.is_guest IS NOT TRUE AND "
    + BOUGHT
)
FIRST = (
    "{} EXISTS (SELECT FROM sale_order e JOIN res_partner ep ON ep.id = e.partner_id"
    " WHERE ep.commercial_partner_id = c.id AND e.company_id = o.company_id AND e.state = 'sale'"
    " AND e.amount_total > 0 AND (e.date_order, e.id) < (o.date_order, o.id))"
)
ORDER_DAY = DAY.format("o.date_order")
MADE_DAY = DAY.format("o.create_date")
LINE_KEYS = {
    "user_id": "o.user_id",
    "team_id": "o.team_id",
    "country_id": "c.country_id",
    "partner_id": "c.id",
    "category_id": "t.categ_id",
    "product_id": "l.product_id",
}
LINES = (
    "sale_order o JOIN sale_order_line l ON l.order_id = o.id JOIN res_partner p"
    " ON p.id = o.partner_id JOIN res_partner c ON c.id = p.commercial_partner_id"
    " LEFT JOIN product_product v ON v.id = l.product_id"
    " LEFT JOIN product_template t ON t.id = v.product_tmpl_id"
    " WHERE o.state = 'sale' AND l.display_type IS NULL"
)
INVOICE_KEYS = {**LINE_KEYS, "user_id": "m.invoice_user_id", "team_id": "m.team_id"}
INVOICE_LINES = (
    "account_move m JOIN account_move_line l ON l.move_id = m.id AND l.display_type = 'product'"
    " JOIN res_partner c ON c.id = m.commercial_partner_id"
    " LEFT JOIN product_product v ON v.id = l.product_id"
    " LEFT JOIN product_template t ON t.id = v.product_tmpl_id {}"
    " WHERE m.state = 'posted' AND m.move_type IN ('out_invoice', 'out_refund')"
)
PAID = INVOICE_LINES.format(
    "JOIN account_move_line r ON r.move_id = m.id AND r.display_type = 'payment_term'"
    " JOIN account_partial_reconcile x ON x.debit_move_id = r.id"
    " JOIN account_move_line b ON b.id = x.credit_move_id AND b.payment_id IS NOT NULL"
)
LEAD_KEYS = {
    "user_id": "l.user_id",
    "team_id": "l.team_id",
    "country_id": "p.country_id",
    "partner_id": "p.id",
}
LEADS = "crm_lead l LEFT JOIN res_partner p ON p.id = l.partner_id WHERE {}"
COMPLAINT_KEYS = {
    "user_id": "o.user_id",
    "team_id": "u.sale_team_id",
    "country_id": "p.country_id",
    "partner_id": "p.id",
}
COMPLAINTS = (
    "crm_complaint o LEFT JOIN res_partner p ON p.id = o.partner_id"
    " LEFT JOIN res_users u ON u.id = o.user_id WHERE o.kind = 'complaint' AND {}"
)
ACTIVITY_KEYS = {"user_id": "a.user_id", "team_id": "u.sale_team_id"}
ACTIVITIES = "mail_activity a LEFT JOIN res_users u ON u.id = a.user_id WHERE {}"
HISTORY = (
    "loyalty_history h JOIN loyalty_card k ON k.id = h.card_id JOIN loyalty_program g"
    " ON g.id = k.program_id WHERE g.program_type = 'loyalty' AND h.is_reversed IS NOT TRUE AND {}"
)
CARDS = "loyalty_card k JOIN loyalty_program g ON g.id = k.program_id WHERE {}"
HISTORY_DAY = DAY.format("h.create_date")

# {KPI: (how its values become a figure, its rows)}
KPIS = {
    "revenue": ("sum", rows(LINES, ORDER_DAY, "l.price_subtotal", **LINE_KEYS)),
    "orders": ("sum", rows(ORDERS.format(BOUGHT), ORDER_DAY, **ORDER_KEYS)),
    "average_order": (
        "avg",
        rows(ORDERS.format(BOUGHT), ORDER_DAY, "o.amount_untaxed", **ORDER_KEYS),
    ),
    "returns": (
        "sum",
        rows(
            ORDERS.format("o.state = 'sale' AND o.amount_total < 0"),
            ORDER_DAY,
            "o.amount_untaxed",
            **ORDER_KEYS,
        ),
    ),
    "quotations": ("sum", rows(ORDERS.format("TRUE"), MADE_DAY, **ORDER_KEYS)),
    "open_quotations": (
        "open",
        rows(
            ORDERS.format("o.state IN ('draft', 'sent')"),
            MADE_DAY,
            "o.amount_untaxed",
            **ORDER_KEYS,
        ),
    ),
    "expired_quotations": (
        "open",
        rows(
            ORDERS.format("o.state IN ('draft', 'sent') AND o.validity_date < current_date"),
            MADE_DAY,
            **ORDER_KEYS,
        ),
    ),
    "buying_customers": ("distinct", rows(CUSTOMERS, ORDER_DAY, "c.id", **ORDER_KEYS)),
    "new_customers": (
        "distinct",
        rows(f"{CUSTOMERS} AND {FIRST.format('NOT')}", ORDER_DAY, "c.id", **ORDER_KEYS),
    ),
    "returning_customers": (
        "distinct",
        rows(f"{CUSTOMERS} AND {FIRST.format('')}", ORDER_DAY, "c.id", **ORDER_KEYS),
    ),
    "invoiced": ("sum", rows(INVOICE_LINES.format(""), "m.date", "-l.balance", **INVOICE_KEYS)),
    "collected": (
        "sum",
        rows(PAID, "b.date", "x.amount * -l.balance / m.amount_total_signed", **INVOICE_KEYS),
    ),
    "overdue": (
        "open",
        rows(
            "account_move m JOIN res_partner c ON c.id = m.commercial_partner_id"
            " WHERE m.move_type = 'out_invoice' AND m.state = 'posted' AND m.amount_residual > 0"
            " AND m.invoice_date_due < current_date",
            "m.invoice_date_due",
            "m.amount_residual",
            user_id="m.invoice_user_id",
            team_id="m.team_id",
            country_id="c.country_id",
            partner_id="c.id",
        ),
    ),
    "new_leads": ("sum", rows(LEADS.format("TRUE"), DAY.format("l.create_date"), **LEAD_KEYS)),
    "win_rate": (
        "avg",
        rows(
            LEADS.format("l.type = 'opportunity' AND l.won_status IN ('won', 'lost')"),
            DAY.format("l.date_closed"),
            "(l.won_status = 'won')::int",
            **LEAD_KEYS,
        ),
    ),
    "days_to_close": (
        "avg",
        rows(
            LEADS.format("l.active AND l.type = 'opportunity' AND l.won_status = 'won'"),
            DAY.format("l.date_closed"),
            "EXTRACT(EPOCH FROM l.date_closed - l.create_date) / 86400",
            **LEAD_KEYS,
        ),
    ),
    "pipeline": (
        "open",
        rows(
            LEADS.format("l.type = 'opportunity'"),
            DAY.format("l.create_date"),
            "l.expected_revenue",
            closed=DAY.format("l.date_closed"),
            **LEAD_KEYS,
        ),
    ),
    "complaints_opened": (
        "sum",
        rows(COMPLAINTS.format("TRUE"), DAY.format("o.received_date"), **COMPLAINT_KEYS),
    ),
    "complaints_closed": (
        "sum",
        rows(COMPLAINTS.format("TRUE"), DAY.format("o.closed_date"), **COMPLAINT_KEYS),
    ),
    "complaints_open": (
        "open",
        rows(
            COMPLAINTS.format("TRUE"),
            DAY.format("o.received_date"),
            closed=DAY.format("o.closed_date"),
            **COMPLAINT_KEYS,
        ),
    ),
    "complaints_reopened": (
        "sum",
        rows(COMPLAINTS.format("TRUE"), DAY.format("o.reopened_date"), **COMPLAINT_KEYS),
    ),
    "first_response": (
        "avg",
        rows(
            COMPLAINTS.format("TRUE"),
            DAY.format("o.first_response_date"),
            "o.first_response_hours",
            **COMPLAINT_KEYS,
        ),
    ),
    "share_in_time": (
        "avg",
        rows(
            COMPLAINTS.format("o.resolution_sla_met IS NOT NULL"),
            DAY.format("o.closed_date"),
            "(o.resolution_sla_met = 'met')::int",
            **COMPLAINT_KEYS,
        ),
    ),
    "satisfaction": (
        "avg",
        rows(
            COMPLAINTS.format("o.rating_last_value > 0"),
            DAY.format("o.closed_date"),
            "o.rating_last_value",
            **COMPLAINT_KEYS,
        ),
    ),
    "activities_done": (
        "sum",
        rows(
            ACTIVITIES.format("NOT a.active AND a.date_done IS NOT NULL"),
            "a.date_done::date",
            **ACTIVITY_KEYS,
        ),
    ),
    "activities_overdue": (
        "open",
        rows(
            ACTIVITIES.format("a.date_deadline < current_date"),
            "a.date_deadline",
            closed="a.date_done::date",
            **ACTIVITY_KEYS,
        ),
    ),
    "cards_issued": ("sum", rows(CARDS.format("g.program_type = 'loyalty'"), "k.issue_date")),
    "points_liability": (
        "open",
        rows(CARDS.format("g.program_type = 'loyalty' AND k.active"), "k.issue_date", "k.points"),
    ),
    "active_cards": (
        "distinct",
        rows(HISTORY.format("h.kind IN ('earn', 'redeem')"), HISTORY_DAY, "k.id"),
    ),
    "points_earned": (
        "sum",
        rows(HISTORY.format("h.kind IN ('earn', 'gift', 'referral')"), HISTORY_DAY, "h.issued"),
    ),
    "points_redeemed": (
        "sum",
        rows(HISTORY.format("h.kind IN ('earn', 'redeem')"), HISTORY_DAY, "h.used"),
    ),
    "tier_upgrades": ("sum", rows("loyalty_tier_move m WHERE m.direction = 'up'", "m.date")),
    "tier_downgrades": ("sum", rows("loyalty_tier_move m WHERE m.direction = 'down'", "m.date")),
    "renewals_due": ("sum", rows("crm_contract c WHERE c.date_end IS NOT NULL", "c.date_end")),
    "renewed": ("avg", rows("crm_contract c WHERE c.date_end IS NOT NULL", "c.date_end")),
    "terms_breached": (
        "sum",
        rows("crm_contract_term t WHERE t.state = 'breached'", "t.due_date"),
    ),
}
RATIOS = {
    "pipeline_coverage": ("pipeline", "revenue"),
    "redemption": ("points_redeemed", "points_earned"),
}
TOTALS = {
    "sum": "COALESCE(sum(value), 0)",
    "open": "COALESCE(sum(value), 0)",
    "avg": "avg(value)",
    "distinct": "count(DISTINCT value)",
}


class Facts:
    """The KPIs asked of the tables of a database."""

    def __init__(self, cursor, today):
        self.cursor, self.today = cursor, today
        for code, (_measure, query) in KPIS.items():
            cursor.execute(f"CREATE TEMP TABLE fact_{code} AS {query}")
        self.names = {}
        for key, query in NAMES.items():
            cursor.execute(query)
            self.names[key] = dict(cursor.fetchall())

    def ask(self, code, start, end, key=None, filters=None):
        """The figure of the days ``[start, end)``, or ``{key: figure}``."""
        if code in RATIOS:
            above, below = (self.ask(part, start, end, key, filters) for part in RATIOS[code])
            assert not key
            return above / below if below else None
        measure, query = KPIS[code]
        if measure == "open" and "NULL::date AS closed" in query and end <= self.today:
            return {} if key else None  # what stood then is not known any more
        condition, values = "day >= %(start)s AND day < %(end)s", {"start": start, "end": end}
        if measure == "open":
            condition = "day < %(end)s AND (closed IS NULL OR closed >= %(end)s)"
            values["end"] = min(end, self.today + timedelta(days=1))
        for name, value in (filters or {}).items():
            condition += f" AND {name} = %({name})s"
            values[name] = value
        columns = f"{key or 1}, {TOTALS[measure]}"
        query = f"SELECT {columns} FROM fact_{code} WHERE {condition} GROUP BY 1"  # noqa: S608
        self.cursor.execute(query, values)
        found = {group: None if value is None else float(value) for group, value in self.cursor}
        if key:
            return found
        return found.get(1, None if measure == "avg" else 0)

    def get_name(self, key, group):
        return self.names[key][group] if group else NOBODY.get(key, "None")


def parse_bucket(label, following):
    """The days of a label of a chart over time; the next label tells a month from a day."""
    start = date.fromisoformat(label)
    step = relativedelta(months=1)
    if following and date.fromisoformat(following) - start == timedelta(days=1):
        step = timedelta(days=1)
    return start, start + step


def parse_buckets(labels):
    """The days of all labels."""
    size = labels[1] if len(labels) > 1 else None
    first = parse_bucket(labels[0], size)
    step = relativedelta(months=1) if (first[1] - first[0]).days > 1 else timedelta(days=1)
    starts = [date.fromisoformat(label) for label in labels]
    return [(start, start + step) for start in starts]
