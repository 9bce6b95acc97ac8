"""Exchange rates inside SQL, for reports that add up more than one currency."""

from odoo.tools import SQL


def get_rate_sql(env, currency, date, to_currency=None):
    """Return the factor from a currency to another one as of a day, by the company's rates.

    :param currency: SQL of the id of a currency
    :param date: SQL of the day; before the first known rate that one holds, as for ``_get_rates``
    :param to_currency: record; the currency of the user's company where nothing else is said
    """
    ours = to_currency or env.company.currency_id
    return SQL(
        "(CASE WHEN %(currency)s = %(ours)s THEN 1 ELSE %(to_ours)s / %(from_theirs)s END)",
        currency=currency,
        ours=ours.id,
        to_ours=_get_rate(env, SQL("%s", ours.id), date),
        from_theirs=_get_rate(env, currency, date),
    )


def _get_rate(env, currency, date):
    known = SQL(
        """
        SELECT rate.rate
          FROM res_currency_rate rate
         WHERE rate.currency_id = %s
           AND (rate.company_id IS NULL OR rate.company_id = %s)
        """,
        currency,
        env.company.root_id.id,
    )
    return SQL(
        """
        COALESCE(
            (%(known)s AND rate.name <= %(date)s ORDER BY rate.company_id, rate.name DESC LIMIT 1),
            (%(known)s ORDER BY rate.company_id, rate.name LIMIT 1),
            1
        )
        """,
        known=known,
        date=date,
    )
