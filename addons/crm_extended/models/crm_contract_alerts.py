from odoo import api, fields, models

from ..tools.alert_ladder import Watch
from .crm_contract import ACTIVE_STATES


class CrmContract(models.Model):
    """How a contract watches its own dates: the last day to give notice, and its end."""

    _name = "crm.contract"
    _inherit = ["crm.contract", "crm.contract.watch.mixin"]
    _ladder_fields = ("alert_days_notice", "alert_days_end")

    alert_days_notice = fields.Char(
        string="Notice Alerts",
        compute="_compute_alert_days",
        store=True,
        readonly=False,
        precompute=True,
        help="Days before the notice date on which the responsible person is told, separated by "
        "commas: 60,30,7,1. They end when notice has been given.",
    )
    alert_days_end = fields.Char(
        string="End Alerts",
        compute="_compute_alert_days",
        store=True,
        readonly=False,
        precompute=True,
        help="Days before the end date on which the responsible person is told, separated by "
        "commas: 60,30,7,0.",
    )

    # What the nightly action looks for among all the contracts there ever were.
    _next_alert_idx = models.Index("(next_alert_date) WHERE next_alert_date IS NOT NULL")

    @api.depends("type_id")
    def _compute_alert_days(self):
        for contract in self:
            settings = contract._get_alert_settings()
            contract.alert_days_notice = settings.alert_days_notice
            contract.alert_days_end = settings.alert_days_end

    @api.depends(
        "state",
        "date_end",
        "notice_date",
        "notice_days",
        "alert_days_notice",
        "alert_days_end",
        "alert_ids.due_date",
        "alert_ids.state",
    )
    def _compute_next_alert_date(self):
        return super()._compute_next_alert_date()

    def write(self, vals):
        result = super().write(vals)
        if not self._is_nightly_batch():
            if {"date_end", "notice_days"} & set(vals):
                self._withdraw_moved_alerts()
            if "state" in vals:
                self._withdraw_alerts_out_of_state()
        return result

    def _get_alert_settings(self):
        """The contract type, which says what alerts there are and whom they reach."""
        return self.type_id or self.env["crm.contract.type"]._get_default()

    def _get_watches(self):
        self.ensure_one()
        watches = []
        if self.state == "running" and self.notice_date and self.notice_days:
            ladder = self._parse_ladder(self.alert_days_notice)
            watches.append(Watch("notice", self.notice_date, ladder))
        if self.state in ACTIVE_STATES and self.date_end:
            watches.append(Watch("end", self.date_end, self._parse_ladder(self.alert_days_end)))
        return watches

    def _get_own_alerts(self):
        return self.alert_ids.filtered(lambda alert: alert.subject != "term")

    def _withdraw_moved_alerts(self):
        """Close the alerts about an earlier notice date or end: the new ones have their own."""
        self._get_own_alerts().filtered(
            lambda alert: (
                alert.due_date
                != alert.contract_id["notice_date" if alert.subject == "notice" else "date_end"]
            )
        )._withdraw()

    def _withdraw_alerts_out_of_state(self):
        """Close what no longer matters: notice that was given, all of a closed contract.

        Of one that has expired, what came due is still open to be dealt with.
        """
        self.alert_ids.filtered(
            lambda alert: (
                alert.contract_id.state not in (*ACTIVE_STATES, "expired")
                or (alert.subject == "notice" and alert.contract_id.state != "running")
                or (
                    alert.contract_id.state == "expired"
                    and alert.due_date > alert.company_id._get_today()
                )
            )
        )._withdraw()
