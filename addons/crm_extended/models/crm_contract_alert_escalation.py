import logging

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.batches import run_in_batches

_logger = logging.getLogger(__name__)


class CrmContractAlert(models.Model):
    """What nobody has dealt with after some working days goes to the manager, once."""

    _inherit = "crm.contract.alert"  # pylint: disable=consider-merging-classes-inherited

    def _get_escalation_date(self, working_days):
        """The day on which the manager is told of an alert that is raised today."""
        self.ensure_one()
        dates = self.env.cr.cache.setdefault("crm_contract_escalation_dates", {})
        today = self.company_id._get_today()
        key = (self.company_id.id, today, working_days)
        if key not in dates:
            dates[key] = self.company_id._get_day_after_working_days(today, working_days)
        return dates[key]

    @api.model
    def _escalate_all(self, batch_size):
        """Tell the managers what is still open; return False when there was not time enough."""
        due = Domain.OR(
            Domain("company_id", "in", companies.ids) & Domain("escalation_date", "<=", today)
            for today, companies in self.env["res.company"]._get_companies_by_today().items()
        )
        return run_in_batches(
            self,
            due,
            lambda batch: batch._escalate(),
            batch_size=batch_size,
            lock_table="crm_contract_alert",
            on_error=lambda alert, error: alert._store({alert: {"escalation_date": None}}),
        )

    def _escalate(self):
        """Give the manager an activity for each of these alerts whose own is still open."""
        still_open = self.filtered(
            lambda alert: alert.state == "raised" and alert.activity_id.active
        )
        administrators = {
            company: company._get_contract_managers() for company in still_open.company_id
        }
        managers = {
            alert: alert._get_manager(administrators[alert.company_id]) for alert in still_open
        }
        for alert, manager in managers.items():
            if not manager:
                _logger.warning("Contract alert %s: no manager to be told.", alert.id)
        still_open.contract_id.mapped("display_name")
        activities = self._plan_activities(
            {
                alert: (manager, alert._get_escalation_summary(manager))
                for alert, manager in managers.items()
                if manager
            }
        )
        settings = self._get_settings()
        now = fields.Datetime.now()
        self._store(
            {
                alert: {
                    "escalation_date": None,
                    "escalated_to_id": managers[alert].id if alert in activities else None,
                    "escalated_at": now if alert in activities else None,
                    "escalation_activity_id": activities[alert].id if alert in activities else None,
                    "to_digest_escalation": alert in activities and settings[alert].alert_email,
                }
                for alert in self
            }
        )

    def _get_manager(self, administrators):
        """The leader of the responsible person's sales team, or else the first administrator."""
        self.ensure_one()
        leaders = self.user_id.sale_team_id.user_id | self.contract_id.team_id.user_id
        candidates = leaders | administrators
        return candidates.filtered(
            lambda user: user != self.user_id and user._is_contract_staff(self.company_id)
        )[:1]

    def _get_escalation_summary(self, manager):
        self.ensure_one()
        return self.with_context(lang=manager.lang).env._(
            "%(user)s has not reacted: %(summary)s",
            user=self.user_id.name,
            summary=self._get_summary(manager),
        )
