"""Customers, guests and products: made through the ORM, as any module's hooks expect.

Each is found again by its external id, so a second file adds only what it brings. What exists is
left as it is: a name or a price someone corrected stays corrected.
"""

from odoo.fields import Command
from odoo.tools import SQL

from .countries import CountryFinder
from .identity import create_missing

# Half a million lines of history are no news: no followers, no messages, no tracking.
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
}


def load_partners(env, options, report, progress):
    """Fill sales_history_customer (customer, country -> partner_id); guests are customer ''."""
    find_country = CountryFinder(env)
    customers = dict(
        env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (customer) customer, country
                  FROM sales_history_invoice
                 WHERE customer <> ''
                 ORDER BY customer, line
                """
            )
        )
    )
    partner_ids, report.new_customers = create_missing(
        env,
        options,
        "customer",
        "res.partner",
        keys=list(customers),
        values=lambda number: {
            "name": f"Customer {number}",
            "ref": number,
            "country_id": find_country(customers[number]),
            "customer_rank": 1,
            "company_id": False,
        },
        progress=progress,
    )
    report.customers = len(customers)
    rows = [(number, None, partner_id) for number, partner_id in partner_ids.items()]
    rows += [
        ("", country, partner_id)
        for country, partner_id in _load_guests(env, options, find_country, progress).items()
    ]
    report.unknown_countries = sorted(find_country.unknown)
    _fill(env, "sales_history_customer", "customer text, country text, partner_id integer", rows)


def _load_guests(env, options, find_country, progress):
    """``{country as written: partner id}``. Nobody knows how many people the guests are, so they
    are one account, with a contact for each country: never a false customer each."""
    countries = [
        country
        for (country,) in env.execute_query(
            SQL("SELECT DISTINCT country FROM sales_history_invoice WHERE customer = '' ORDER BY 1")
        )
    ]
    if not countries:
        return {}
    marked = {"is_guest": True} if "is_guest" in env["res.partner"]._fields else {}
    account, _new = create_missing(
        env,
        options,
        "guests",
        "res.partner",
        keys=["all"],
        values=lambda key: {"name": "Guests", "is_company": True, "company_id": False, **marked},
        progress=progress,
    )
    # Type "delivery": an address of its own that is not copied to or from the account's.
    contacts, _new = create_missing(
        env,
        options,
        "guest",
        "res.partner",
        keys=countries,
        values=lambda country: {
            "name": f"Guests {country or 'of no country'}",
            "parent_id": account["all"],
            "type": "delivery",
            "country_id": find_country(country),
            **marked,
        },
        progress=progress,
    )
    return contacts


def load_products(env, options, report, progress):
    """Fill sales_history_product (code -> product_id).

    Codes that differ in case only are different products, as written. No sales taxes: the file's
    prices are what was charged.
    """
    products = {
        code: (description, price)
        for code, description, price in env.execute_query(
            SQL(
                """
                SELECT code,
                       mode() WITHIN GROUP (ORDER BY nullif(description, '')),
                       percentile_disc(0.5) WITHIN GROUP (ORDER BY nullif(price, 0))
                  FROM sales_history_row
                 GROUP BY code
                """
            )
        )
    }

    def values(code):
        description, price = products[code]
        charge = code.casefold() in options.charges
        return {
            "name": description or code,
            "default_code": code,
            "list_price": float(price or 0),
            "type": "service" if charge else "consu",
            "sale_ok": not charge,
            "taxes_id": [Command.clear()],
            "company_id": False,
        }

    product_ids, report.new_products = create_missing(
        env,
        options,
        "product",
        "product.product",
        keys=list(products),
        values=values,
        progress=progress,
    )
    report.products = len(products)
    report.charges = sum(code.casefold() in options.charges for code in products)
    _fill(env, "sales_history_product", "code text, product_id integer", list(product_ids.items()))


def _fill(env, table, columns, rows):
    """Make a small temporary table of Python rows."""
    env.cr.execute(SQL("CREATE TEMP TABLE %s (%s)", SQL.identifier(table), SQL(columns)))
    for start in range(0, len(rows), 1000):
        values = SQL(", ").join(SQL("%s", row) for row in rows[start : start + 1000])
        env.cr.execute(SQL("INSERT INTO %s VALUES %s", SQL.identifier(table), values))
    env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
