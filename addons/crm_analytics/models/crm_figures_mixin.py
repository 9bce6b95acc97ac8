from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import period as periods


class CrmFiguresMixin(models.AbstractModel):
    """What the suite means by revenue, order, customer and open complaint, in one place.

    Domains say which records count, the reading methods add them up in a fixed number of queries.
    All go through the ORM's search: the rights and companies of the reader hold. Amounts are in the
    currency of the reader's company, days in the reader's time zone, ends of periods exclusive.
    """

    _name = "crm.figures.mixin"
    _description = "Sales Figures"

    # ------------------------------------------------------------------
    # Periods
    # ------------------------------------------------------------------

    def _get_default_period(self, today, newest):
        """The last twelve months, or the year of the newest order where they are empty."""
        default = periods.parse(periods.DEFAULT_PRESET, today)
        if newest and newest < default.start:
            return periods.parse(periods.fixed_key("year", newest), today)
        return default

    def _prepare_period(self, period, today):
        steps = {}
        if period.unit != "rolling":
            following = period.step(1)
            steps = {
                "previous_key": period.step(-1).key,
                "next_key": following.key if following.start <= today else False,
            }
        return {
            "key": period.key,
            "unit": period.unit,
            "date_from": str(period.start),
            **steps,
        }

    # ------------------------------------------------------------------
    # Domains
    # ------------------------------------------------------------------

    def _get_company_domain(self):
        # The record rules say the same, but not to a superuser.
        return Domain("company_id", "in", self.env.companies.ids)

    def _get_between_domain(self, field_name, start, end):
        """Days ``[start, end)`` of the reader's time zone; a missing end leaves it open."""
        domain = Domain.TRUE
        if start:
            domain &= Domain(field_name, ">=", self._get_utc(start))
        if end:
            domain &= Domain(field_name, "<", self._get_utc(end))
        return domain

    def _get_utc(self, day):
        return fields.Datetime.to_string(periods.utc(day, self.env.tz))

    def _get_sale_domain(self, start=None, end=None):
        """Confirmed orders, returns (orders below zero) among them."""
        return (
            Domain("state", "=", "sale")
            & self._get_company_domain()
            & self._get_between_domain("date_order", start, end)
        )

    def _get_purchase_domain(self, start=None, end=None):
        """Confirmed orders that are worth something: what a customer bought."""
        return self._get_sale_domain(start, end) & Domain("amount_total", ">", 0)

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    def _get_history(self):
        """The days of the oldest and of the newest order, False where there is none."""
        days = []
        for direction in ("ASC", "DESC"):  # each is one look into the index on the date
            order = self.env["sale.order"].search_fetch(
                self._get_purchase_domain(),
                ["date_order"],
                order=f"date_order {direction}, id {direction}",
                limit=1,
            )
            moment = order.date_order
            days.append(moment and fields.Datetime.context_timestamp(self, moment).date())
        return days

    def _get_amount_sql(self, query, order_alias, field_name, line_alias=None):
        """An amount of an order (or of its line) in the currency of the reader's company.

        The order keeps the rate of its day to its own company's currency; where that is another
        currency than the reader's, the rate of the same day takes it the rest of the way.
        """
        orders = self.env["sale.order"]
        if line_alias:
            amount = self.env["sale.order.line"]._field_to_sql(line_alias, field_name, query)
        else:
            amount = orders._field_to_sql(order_alias, field_name, query)
        rate = orders._field_to_sql(order_alias, "currency_rate", query)
        amount = SQL("%s / COALESCE(NULLIF(%s, 0), 1)", amount, rate)
        return self._convert_company_amount_sql(
            amount,
            orders._field_to_sql(order_alias, "company_id", query),
            orders._field_to_sql(order_alias, "date_order", query),
        )

    def _convert_company_amount_sql(self, amount, company_id, moment):
        """An amount in the currency of a company, in that of the reader's at the rate of a day."""
        target = self.env.company
        foreign = self.env.companies.filtered(lambda c: c.currency_id != target.currency_id)
        if not foreign:
            return amount
        target_rate = self._get_rate_sql(target.currency_id, moment)
        cases = SQL(" ").join(
            SQL(
                "WHEN %s IN %s THEN %s / %s",
                company_id,
                tuple(foreign.filtered(lambda c, x=currency: c.currency_id == x).ids),
                target_rate,
                self._get_rate_sql(currency, moment),
            )
            for currency in foreign.currency_id
        )
        return SQL("%s * (CASE %s ELSE 1 END)", amount, cases)

    def _get_rate_sql(self, currency, moment):
        """The rate of a currency on a day by the rule of ``res.currency._get_rates``."""
        rates = self.env["res.currency.rate"]
        domain = Domain("currency_id", "=", currency.id) & Domain(
            "company_id", "in", (False, self.env.company.root_id.id)
        )
        known = rates._search(domain, order="company_id.id, name DESC", limit=1)
        known.add_where(
            SQL("%s <= %s::date", rates._field_to_sql(known.table, "name", known), moment)
        )
        first = rates._search(domain, order="company_id.id, name ASC", limit=1)
        return SQL(
            "COALESCE((%s), (%s), 1.0)",
            known.select(rates._field_to_sql(known.table, "rate", known)),
            first.select(rates._field_to_sql(first.table, "rate", first)),
        )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def _prepare_action(self, name, model, domain, *, view=None, search=None, context=None):
        """A window on exactly these records.

        It carries no id of a stored action: a favourite filter of that action would open with it
        and the list would no longer add up to the figure.
        """
        get_id = self.env["ir.model.data"]._xmlid_to_res_id
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "domain": list(domain),
            "views": [(get_id(view) if view else False, "list"), (False, "form")],
            "search_view_id": [get_id(search) if search else False, "search"],
            "context": context or {},
        }
