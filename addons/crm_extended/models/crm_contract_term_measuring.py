from datetime import datetime, time, timedelta

import pytz

from odoo import models
from odoo.tools import SQL


class CrmContractTerm(models.Model):
    """What measured kinds share: their spans as a table, and sums in the contract's currency."""

    _inherit = "crm.contract.term"  # pylint: disable=consider-merging-classes-inherited

    def _select_spans(self, spans):
        """A common table expression `span` with a row for each of the spans.

        Its `place` counts them from 1. Days are those of the company: `time_from` and `time_to` are
        the same in UTC, the second one excluded.
        """
        # What is measured is read past the ORM.
        self.env.flush_all()
        companies = self.browse(span.term.id for span in spans).company_id
        zones = {company: company._get_tz() for company in companies}
        columns = {
            "terms": [span.term.id for span in spans],
            "dates_from": [span.date_from for span in spans],
            "dates_to": [span.date_to for span in spans],
            "times_from": [_get_utc(span.date_from, zones[span.term.company_id]) for span in spans],
            "times_to": [
                _get_utc(span.date_to + timedelta(days=1), zones[span.term.company_id])
                for span in spans
            ],
            "zones": [zones[span.term.company_id].zone for span in spans],
            "todays": [span.term.company_id._get_today() for span in spans],
        }
        return SQL(
            """
            span AS (
                SELECT given.*, term.basis, term.measure, term.target,
                       term.contract_id, contract.kind, contract.currency_id,
                       contract.company_id, contract.commercial_partner_id
                  FROM unnest(
                           %(terms)s::integer[], %(dates_from)s::date[], %(dates_to)s::date[],
                           %(times_from)s::timestamp[], %(times_to)s::timestamp[],
                           %(todays)s::date[], %(zones)s::varchar[]
                       ) WITH ORDINALITY AS given (
                           term_id, date_from, date_to, time_from, time_to, today, zone, place
                       )
                  JOIN crm_contract_term term ON term.id = given.term_id
                  JOIN crm_contract contract ON contract.id = term.contract_id
            )
            """,
            **columns,
        )

    def _add_up(self, spans, rows):
        """Add up amounts in the currency of each contract, at the rate of the day of the document.

        :param rows: (place of the span, currency id or None for the contract's, date, amount)
        :return: ({span: sum}, {span: sentence about a missing rate})
        """
        keys = set()
        entries = []
        for place, currency_id, date, amount in rows:
            span = spans[place - 1]
            contract = span.term.contract_id
            currency = self.env["res.currency"].browse(currency_id) or contract.currency_id
            source = (currency, contract.company_id, date)
            target = (contract.currency_id, contract.company_id, date)
            if currency != contract.currency_id:
                keys |= {source, target}
            entries.append((span, source, target, float(amount)))
        rates = self.env["res.currency"]._get_rates_on(keys)
        sums, errors = dict.fromkeys(spans, 0.0), {}
        for span, source, target, amount in entries:
            if source == target:
                sums[span] += amount
                continue
            missing = [key[0] for key in (source, target) if key not in rates]
            if missing:
                errors[span] = self._get_missing_rate_error(span.term, missing[0])
            else:
                sums[span] += amount * rates[target] / rates[source]
        return {span: span.term._round_measured(total) for span, total in sums.items()}, errors

    def _round_measured(self, value):
        self.ensure_one()
        is_in_money = self._is_in_money() or self.kind == "payment"
        return self.contract_id.currency_id.round(value) if is_in_money else round(value, 6)

    def _get_missing_rate_error(self, term, currency):
        return self.env._(
            "“%(term)s” cannot be measured: %(company)s has no exchange rate of %(currency)s. "
            "Add one under Accounting, Currencies.",
            term=term.name,
            company=term.company_id.name,
            currency=currency.name,
        )


def _get_utc(day, zone):
    """The beginning of a day somewhere, in UTC as the database keeps it."""
    return zone.localize(datetime.combine(day, time.min)).astimezone(pytz.utc).replace(tzinfo=None)
