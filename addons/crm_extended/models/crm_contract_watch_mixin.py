from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.batches import run_in_batches


class CrmContractWatchMixin(models.AbstractModel):
    """For what is watched every night: terms, and the notice and end dates of contracts.

    A model says in `_get_watches` which due dates its records watch, and in `_ladder_fields` which
    of its fields hold a ladder.
    """

    _name = "crm.contract.watch.mixin"
    _description = "Watched by the Contract Alerts"
    _inherit = ["crm.contract.ladder.mixin"]

    next_alert_date = fields.Date(
        string="Next Alert",
        compute="_compute_next_alert_date",
        store=True,
        help="The day of the first alert that has not been raised yet. "
        "Empty where nothing is left to watch.",
    )

    def _compute_next_alert_date(self):
        """Stored for the nightly action, which looks at nothing else to find what is due.

        Models add what their watches depend on.
        """
        for record in self:
            try:
                watches = record._get_watches()
            except ValidationError:
                # A ladder that was imported past the ORM: the nightly action reports it.
                record.next_alert_date = record._origin.next_alert_date
                continue
            dates = [record._get_first_missing_date(watch) for watch in watches]
            record.next_alert_date = min(filter(None, dates), default=False)

    def _get_alerts_of(self, watch):
        return self._get_own_alerts().filtered(
            lambda alert: alert.subject == watch.subject and alert.due_date == watch.due_date
        )

    def _is_acknowledged(self, watch):
        """Whether somebody has reacted, so that the rest of the ladder is not raised."""
        return "acknowledged" in self._get_alerts_of(watch).mapped("state")

    def _get_first_missing_date(self, watch):
        if self._is_acknowledged(watch):
            return None
        alerts = self._get_alerts_of(watch)
        recorded = alerts.filtered(lambda alert: alert.state != "failed").mapped("days_before")
        return watch.get_first_missing_date(recorded)

    def _get_watches(self):
        """Return the list of `Watch` of this record: what it watches now, and by which ladder.

        Raise ValidationError where a ladder cannot be read.
        """
        raise NotImplementedError

    def _get_own_alerts(self):
        """Return the alerts of this record itself."""
        raise NotImplementedError

    @api.model
    def _get_to_alert_domain(self):
        """What has an alert to raise today, by the day it is at each company."""
        return Domain.OR(
            Domain("company_id", "in", companies.ids) & Domain("next_alert_date", "<=", today)
            for today, companies in self.env["res.company"]._get_companies_by_today().items()
        )

    @api.model
    def _raise_alerts(self, batch_size):
        """Raise all the alerts that are due; return False when there was not time enough."""
        return run_in_batches(
            self,
            self._get_to_alert_domain(),
            lambda batch: batch._process_alerts(),
            batch_size=batch_size,
            lock_table="crm_contract_alert",
            on_error=lambda record, error: record._process_failure(error),
        )

    def _process_alerts(self):
        """Raise the missing alerts of these records, and note when the next ones are due."""
        Alert = self.env["crm.contract.alert"]
        due, failures, next_dates = [], {}, {}
        for record in self:
            today = record.company_id._get_today()
            try:
                watches = [
                    watch for watch in record._get_watches() if not record._is_acknowledged(watch)
                ]
            except ValidationError as error:
                failures[record] = str(error)
                continue
            due.extend((record, watch) for watch in watches)
            dates = [watch.get_next_date(today) for watch in watches]
            next_dates[record.id] = min(filter(None, dates), default=None)
        Alert._raise(due)
        Alert._record_failures(failures)
        next_dates.update({record.id: None for record in failures})
        self._set_next_alert_dates(next_dates)

    def _process_failure(self, error):
        """Take a record that could not be processed out of the way, and report it."""
        self.env["crm.contract.alert"]._record_failures({self: str(error)})
        self._set_next_alert_dates({self.id: None})

    def _set_next_alert_dates(self, next_dates):
        """Write {id: date}. All steps up to today are recorded now, so nothing has to be read."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE %(table)s record
                   SET next_alert_date = step.next_alert_date
                  FROM unnest(%(ids)s::integer[], %(dates)s::date[]) AS step (id, next_alert_date)
                 WHERE record.id = step.id
                """,
                table=SQL.identifier(self._table),
                ids=list(next_dates),
                dates=list(next_dates.values()),
            )
        )
        self.invalidate_recordset(["next_alert_date"])
