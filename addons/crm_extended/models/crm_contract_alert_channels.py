import logging

from markupsafe import Markup

from odoo import models
from odoo.tools import SQL

from ..tools.batches import process_isolated

_logger = logging.getLogger(__name__)


class CrmContractAlert(models.Model):
    """How an alert reaches people: activity, nightly e-mail, chatter, e-mail to the customer.

    Everything happens in the transaction that records the alerts, for all of them at once. E-mails
    are only queued there: Odoo's mail queue sends them.
    """

    _inherit = "crm.contract.alert"  # pylint: disable=consider-merging-classes-inherited

    def _tell(self):
        """Tell of these new alerts, in the ways that the types of their contracts say."""
        if not self:
            return
        settings = self._get_settings()
        # Read at once what is asked of each of them below.
        users = self.term_id.user_id | self.contract_id.user_id
        (users | users.sale_team_id.user_id).mapped("company_ids")
        values = {alert: alert._prepare_told_values(settings[alert]) for alert in self}
        with_activity = self.filtered(
            lambda alert: settings[alert].alert_activity and values[alert]["user_id"]
        )
        self._take_over_earlier(with_activity, values)
        self._create_activities(
            with_activity.filtered(lambda alert: not values[alert]["activity_id"]), values
        )
        self.filtered(lambda alert: settings[alert].alert_chatter)._log_on_contracts()
        # How far a customer is behind is for the responsible person to say.
        self.filtered(
            lambda alert: settings[alert].alert_customer and alert.subject != "pace"
        )._mail_customers(settings, values)
        self._store(values)

    def _get_settings(self):
        """Return {alert: contract type}."""
        default = self.env["crm.contract.type"]._get_default()
        return {alert: alert.contract_id.type_id or default for alert in self}

    def _prepare_told_values(self, settings):
        """What is noted on an alert, before anybody is told."""
        self.ensure_one()
        user = self._get_user()
        values = {
            "user_id": user.id or None,
            "activity_id": None,
            "to_digest": bool(user and settings.alert_email),
            "to_report": not user,
            "error": None,
            "escalation_date": None,
            "escalated_to_id": None,
            "escalated_at": None,
            "escalation_activity_id": None,
        }
        if user and settings.alert_activity and settings.escalation_days:
            values["escalation_date"] = self._get_escalation_date(settings.escalation_days)
        if not user:
            values["error"] = self.env._("Nobody to be told: no active responsible person.")
            _logger.warning(
                "Contract alert %s of contract %s, term %s: no active responsible person.",
                self.id,
                self.contract_id.id,
                self.term_id.id or None,
            )
        return values

    def _get_user(self):
        """Who is told: the term's responsible, the contract's, or the leader of their sales team.

        Only an active user who works in the contract's company can do something about it.
        """
        self.ensure_one()
        users = self.term_id.user_id | self.contract_id.user_id
        candidates = users | users.sale_team_id.user_id
        return candidates.filtered(lambda user: user._is_contract_staff(self.company_id))[:1]

    # ---------------------------------------------------------------------------------------------
    # Activities
    # ---------------------------------------------------------------------------------------------
    def _take_over_earlier(self, with_activity, values):
        """Close the earlier steps of the same ladders, and bring their activities up to date.

        Who has not reacted yet finds one activity, not one a step, and the time until the manager
        is told goes on.
        """
        earlier = self.search(
            [
                ("state", "=", "raised"),
                ("contract_id", "in", self.contract_id.ids),
                ("id", "not in", self.ids),
            ]
        )
        by_ladder = {alert._get_ladder_key(): alert for alert in earlier.sorted("id")}
        replaced = self.browse()
        for alert in self:
            last = by_ladder.get(alert._get_ladder_key())
            if not last:
                continue
            replaced |= last
            activity = last.activity_id
            if alert in with_activity and activity.active and activity.user_id.active:
                activity.write(
                    {
                        "summary": alert._get_summary(activity.user_id),
                        "date_deadline": alert.due_date,
                    }
                )
                values[alert].update(
                    activity_id=activity.id,
                    escalation_date=last.escalation_date or None,
                    escalated_to_id=last.escalated_to_id.id or None,
                    escalated_at=last.escalated_at or None,
                    escalation_activity_id=last.escalation_activity_id.id or None,
                )
        replaced._store({alert: {"state": "closed", "escalation_date": None} for alert in replaced})

    def _create_activities(self, alerts, values):
        if not alerts:
            return
        users = {alert: alert.env["res.users"].browse(values[alert]["user_id"]) for alert in alerts}
        # Activities read the name of their record one by one unless it is there already.
        alerts.contract_id.mapped("display_name")
        activities = self._plan_activities(
            {alert: (users[alert], alert._get_summary(users[alert])) for alert in alerts}
        )
        for alert, activity in activities.items():
            values[alert]["activity_id"] = activity.id

    def _get_deadline(self):
        """When somebody should react: who waits for the end of a period cannot catch up."""
        self.ensure_one()
        return self.company_id._get_today() if self.subject == "pace" else self.due_date

    def _plan_activities(self, plan):
        """Create the activities of {alert: (user, summary)}; return {alert: activity}."""
        activity_type = self.env.ref("crm_extended.mail_activity_type_contract_term")
        model_id = self.env["ir.model"]._get_id("crm.contract")
        # No mail for each of them: a night may raise thousands, and mails would cost the most.
        activities = (
            self.env["mail.activity"]
            .with_context(mail_activity_quick_update=True)
            .create(
                [
                    {
                        "activity_type_id": activity_type.id,
                        "automated": True,
                        "date_deadline": alert._get_deadline(),
                        "res_id": alert.contract_id.id,
                        "res_model_id": model_id,
                        "summary": summary,
                        "user_id": user.id,
                    }
                    for alert, (user, summary) in plan.items()
                ]
            )
        )
        return dict(zip(plan, activities, strict=True))

    # ---------------------------------------------------------------------------------------------
    # Chatter and customer
    # ---------------------------------------------------------------------------------------------
    def _log_on_contracts(self):
        notes = {}
        for alert in self:
            notes.setdefault(alert.contract_id.id, []).append(alert._get_summary(self.env.user))
        self.contract_id._message_log_batch(
            {contract_id: Markup("<br/>").join(lines) for contract_id, lines in notes.items()}
        )

    def _mail_customers(self, settings, values):
        """Queue the e-mails to the customers; what cannot be sent is noted on its alert."""

        def note(alert, error):
            values[alert].update(error=error, to_report=True)
            _logger.warning("Contract alert %s: %s", alert.id, error)

        by_template = {}
        for alert in self:
            error = alert._get_customer_error(settings[alert])
            if error:
                note(alert, error)
            else:
                template = settings[alert].alert_customer_template_id
                by_template[template] = by_template.get(template, self.browse()) | alert
        for template, alerts in by_template.items():
            process_isolated(
                alerts,
                lambda batch, template=template: template.send_mail_batch(batch.ids),
                lambda alert, error: note(
                    alert,
                    self.env._("The e-mail to the customer could not be written: %s", error),
                ),
            )

    def _get_customer_error(self, settings):
        """Return why the customer cannot be sent an e-mail, or None."""
        self.ensure_one()
        if not settings.alert_customer_template_id:
            return self.env._("The contract type has no template for the e-mail to the customer.")
        if not self.partner_id.active:
            return self.env._("The customer is archived and got no e-mail.")
        if not self.partner_id.email:
            return self.env._("The customer has no e-mail address.")
        return None

    # ---------------------------------------------------------------------------------------------
    # Words
    # ---------------------------------------------------------------------------------------------
    def _get_summary(self, user):
        """What the alert says, in the language of the user it is for."""
        self.ensure_one()
        return self.with_context(lang=user.lang)._get_sentence()

    def _get_sentence(self):
        self.ensure_one()
        days = (self.due_date - self.company_id._get_today()).days
        names = {
            "contract": self.contract_id.display_name,
            "term": self.term_id.name,
            "when": self._get_when(days),
        }
        if self.subject == "pace":
            return self.env._(
                "Contract %(contract)s: %(term)s is %(behind)s (%(pace)s)",
                behind=self.term_id._get_behind_text(),
                pace=self.term_id.pace_text,
                **names,
            )
        if self.subject == "notice":
            return self.env._("Contract %(contract)s: last day to give notice %(when)s", **names)
        if self.subject == "end":
            return self.env._("Contract %(contract)s: end of the contract %(when)s", **names)
        if days < 0:
            return self.env._("Contract %(contract)s: %(term)s was due %(when)s", **names)
        return self.env._("Contract %(contract)s: %(term)s is due %(when)s", **names)

    def _get_when(self, days):
        if days < -1:
            return self.env._("%s days ago", -days)
        if days > 1:
            return self.env._("in %s days", days)
        return {
            -1: self.env._("yesterday"),
            0: self.env._("today"),
            1: self.env._("tomorrow"),
        }[days]

    def _store(self, values):
        """Write {alert: {field: value}}, the same fields for each, in one query."""
        if not values:
            return
        names = list(next(iter(values.values())))
        columns = SQL(", ").join(
            SQL(
                "%s::%s[]",
                [row[name] for row in values.values()],
                SQL.identifier(self._fields[name].column_type[0]),
            )
            for name in names
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_contract_alert alert
                   SET %(sets)s
                  FROM unnest(%(ids)s::integer[], %(columns)s) AS new (id, %(names)s)
                 WHERE alert.id = new.id
                """,
                sets=SQL(", ").join(
                    SQL("%s = new.%s", SQL.identifier(name), SQL.identifier(name)) for name in names
                ),
                ids=[alert.id for alert in values],
                columns=columns,
                names=SQL(", ").join(map(SQL.identifier, names)),
            )
        )
        self.invalidate_recordset(names)
