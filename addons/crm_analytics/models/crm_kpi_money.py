from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class CrmKpi(models.Model):
    """Amounts in the currency of the reader's company, at the rate of the document's day."""

    _inherit = "crm.kpi"  # pylint: disable=consider-merging-classes-inherited

    def _convert_amount_sql(self, query, amount, filters):
        currency = self._get_currency_sql(query)
        if currency is None:
            return amount
        target = self.env.company.currency_id
        day = self._get_day_sql(query, filters) if self.date_field else None
        day = day or SQL("%s::date", fields.Date.context_today(self))
        return SQL(
            "CASE WHEN %s = %s THEN %s ELSE %s / %s * %s END",
            currency,
            target.id,
            amount,
            amount,
            self._get_rate_sql(currency, day),
            self._get_rate_sql(SQL("%s", target.id), day),
        )

    def _get_currency_sql(self, query):
        """The currency of the measured amount; that of the company where it is not stored."""
        *prefix, _last = self.measure_field.split(".")
        field = self._get_path_field(self.measure_field)
        model = self.env[field.model_name]
        name = field.get_currency_field(model)
        if name and self._is_queryable(model, name):
            return self._get_path_sql(query, ".".join([*prefix, name]))
        if self.company_field:
            return self._get_path_sql(query, f"{self.company_field}.currency_id")
        return None

    def _get_rate_sql(self, currency, day):
        """The rate of a currency on a day by the rule of ``res.currency._get_rates``."""
        rates = self.env["res.currency.rate"]
        domain = Domain("company_id", "in", (False, self.env.company.root_id.id))
        choices = []
        for order in ("company_id.id, name DESC", "company_id.id, name ASC"):
            query = rates._search(domain, order=order, limit=1)
            query.add_where(
                SQL("%s = %s", rates._field_to_sql(query.table, "currency_id", query), currency)
            )
            if not choices:
                query.add_where(
                    SQL("%s <= %s", rates._field_to_sql(query.table, "name", query), day)
                )
            choices.append(query.select(rates._field_to_sql(query.table, "rate", query)))
        return SQL("COALESCE((%s), (%s), 1.0)", *choices)
