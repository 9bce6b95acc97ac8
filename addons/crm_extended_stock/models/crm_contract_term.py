from odoo import api, models
from odoo.tools import SQL


class CrmContractTerm(models.Model):
    """Delivery: the days that deliveries take, from the order to the transfer that is done.

    What was promised is the delivery date of the order, or else the agreed number of days after it
    was placed. A delivery on the promised day counts as the agreed days, whatever was promised.
    """

    _inherit = "crm.contract.term"

    @api.model
    def _get_measured_kinds(self):
        return (*super()._get_measured_kinds(), "delivery")

    def _measure_delivery(self, spans):
        averages = self._read_delivery_days(spans)
        return {span: span.term._judge_days(span, *averages.get(span, (0.0, 0))) for span in spans}

    def _read_delivery_days(self, spans):
        """Read {span: (average days, number of transfers)} of the deliveries done in each span."""
        rows = self.env.execute_query(
            SQL(
                """
                WITH %(spans)s, delivery AS (
                    SELECT span.place, span.target, %(done)s AS done_on,
                           COALESCE(%(promised)s, %(ordered)s + span.target::integer) AS promised_on
                      FROM span
                      JOIN sale_order sale ON sale.contract_id = span.contract_id
                      JOIN stock_picking picking ON picking.sale_id = sale.id
                       AND picking.state = 'done'
                       AND picking.date_done >= span.time_from
                       AND picking.date_done < span.time_to
                      JOIN stock_picking_type type ON type.id = picking.picking_type_id
                       AND type.code = 'outgoing'
                )
                SELECT place, AVG(target + (done_on - promised_on)), COUNT(*)
                  FROM delivery
                 GROUP BY place
                """,
                spans=self._select_spans(spans),
                done=_get_day("picking", "date_done"),
                promised=_get_day("sale", "commitment_date"),
                ordered=_get_day("sale", "date_order"),
            )
        )
        return {spans[place - 1]: (float(days), count) for place, days, count in rows}


def _get_day(table, column):
    """The day of a moment in the time zone of the span's company."""
    return SQL(
        "(%s AT TIME ZONE 'UTC' AT TIME ZONE span.zone)::date", SQL.identifier(table, column)
    )
