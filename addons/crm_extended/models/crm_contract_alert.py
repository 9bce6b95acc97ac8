import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


class CrmContractAlert(models.Model):
    _name = "crm.contract.alert"
    _description = "Contract Alert"
    _order = "raised_at desc, id desc"
    _rec_name = "term_id"

    term_id = fields.Many2one(
        comodel_name="crm.contract.term", required=True, readonly=True, ondelete="cascade"
    )
    contract_id = fields.Many2one(
        related="term_id.contract_id", store=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="term_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="contract_id.partner_id")
    due_date = fields.Date(required=True, readonly=True)
    days_before = fields.Integer(required=True, readonly=True, aggregator=None)
    raised_at = fields.Datetime(string="Raised On", required=True, readonly=True)
    activity_id = fields.Many2one(
        comodel_name="mail.activity",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The activity that told the responsible person. Alerts raised together share one: "
        "only the closest to the due date has it.",
    )

    _term_due_days_uniq = models.Constraint(
        "UNIQUE (term_id, due_date, days_before)",
        "This alert of the term has been raised already.",
    )
    _days_before_positive = models.Constraint(
        "CHECK (days_before >= 0)", "An alert is raised before the due date or on it."
    )

    @api.model
    def _raise(self, steps):
        """Record the alerts that are missing, and tell each responsible person of the closest one.

        :param steps: {term: days before the due date} of all the steps whose day has come
        :return: the alerts that were missing
        """
        alerts = self._insert_missing(steps)
        if alerts:
            terms = alerts.term_id
            terms.invalidate_recordset(["alert_ids"])
            terms.contract_id.invalidate_recordset(["alert_ids", "alert_count"])
            self.env.add_to_compute(terms._fields["next_alert_date"], terms)
            alerts._plan_activities()
        return alerts

    def _insert_missing(self, steps):
        rows = [(term.id, term.due_date, days) for term in steps for days in steps[term]]
        if not rows:
            return self.browse()
        term_ids, due_dates, days_before = (list(column) for column in zip(*rows, strict=True))
        self.env["crm.contract.term"].flush_model(["contract_id", "company_id"])
        result = self.env.execute_query(
            SQL(
                """
                INSERT INTO crm_contract_alert (
                    term_id, contract_id, company_id, due_date, days_before, raised_at,
                    create_uid, create_date, write_uid, write_date
                )
                SELECT term.id, term.contract_id, term.company_id, step.due_date, step.days_before,
                       %(now)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM unnest(%(terms)s::integer[], %(due_dates)s::date[], %(days)s::integer[])
                       AS step (term_id, due_date, days_before)
                  JOIN crm_contract_term term ON term.id = step.term_id
                 ORDER BY term.id, step.days_before DESC
                    ON CONFLICT (term_id, due_date, days_before) DO NOTHING
             RETURNING id
                """,
                now=fields.Datetime.now(),
                uid=self.env.uid,
                terms=term_ids,
                due_dates=due_dates,
                days=days_before,
            )
        )
        return self.browse(alert_id for (alert_id,) in result)

    def _plan_activities(self):
        """Give each term of these alerts one open activity, linked to its closest alert.

        An activity of an earlier step that is still open is brought up to date instead of adding
        a second one.
        """
        closest = {}
        for alert in self.sorted("days_before", reverse=True):
            closest[alert.term_id] = alert
        open_activities = self._get_open_activities()
        to_create = self.browse()
        for term, alert in closest.items():
            activity = open_activities.get(term)
            if activity:
                summary = alert._get_summary(activity.user_id)
                activity.write({"summary": summary, "date_deadline": alert.due_date})
                alert.activity_id = activity
            else:
                to_create |= alert
        to_create._create_activities()

    def _get_open_activities(self):
        """Return {term: activity}: what nobody has dealt with yet on the terms of these alerts."""
        alerts = self.search(
            Domain("term_id", "in", self.term_id.ids)
            & Domain("activity_id.active", "=", True)
            & Domain("activity_id.user_id.active", "=", True)
        )
        return {alert.term_id: alert.activity_id for alert in alerts}

    def _create_activities(self):
        # Activities read the name of their record one by one unless it is there already.
        self.contract_id.mapped("display_name")
        activity_type = self.env.ref("crm_extended.mail_activity_type_contract_term")
        model_id = self.env["ir.model"]._get_id("crm.contract")
        alerts, vals_list = [], []
        for alert in self:
            user = alert._get_user()
            if not user:
                _logger.warning(
                    "Contract alert %s of term %s: no active responsible person to be told.",
                    alert.id,
                    alert.term_id.id,
                )
                continue
            alerts.append(alert)
            vals_list.append(
                {
                    "activity_type_id": activity_type.id,
                    "automated": True,
                    "date_deadline": alert.due_date,
                    "res_id": alert.contract_id.id,
                    "res_model_id": model_id,
                    "summary": alert._get_summary(user),
                    "user_id": user.id,
                }
            )
        # No mail for each of them: a night may raise thousands, and mails would cost the most.
        Activity = self.env["mail.activity"].with_context(mail_activity_quick_update=True)
        activities = Activity.create(vals_list)
        for alert, activity in zip(alerts, activities, strict=True):
            alert.activity_id = activity

    def _get_user(self):
        """Who is told: the term's responsible, the contract's, or the leader of their sales team.

        Only an active user who works in the contract's company can do something about it.
        """
        self.ensure_one()
        users = self.term_id.user_id | self.contract_id.user_id
        candidates = users | users.sale_team_id.user_id
        return candidates.filtered(
            lambda user: user.active and not user.share and self.company_id in user.company_ids
        )[:1]

    def _get_summary(self, user):
        """What the activity says, in the language of the user it is for."""
        self.ensure_one()
        days = (self.due_date - self.company_id._get_today()).days
        names = {"contract": self.contract_id.display_name, "term": self.term_id.name}
        env = self.with_context(lang=user.lang).env
        if days < -1:
            return env._(
                "Contract %(contract)s: %(term)s was due %(days)s days ago", days=-days, **names
            )
        if days == -1:
            return env._("Contract %(contract)s: %(term)s was due yesterday", **names)
        if days == 0:
            return env._("Contract %(contract)s: %(term)s is due today", **names)
        if days == 1:
            return env._("Contract %(contract)s: %(term)s is due tomorrow", **names)
        return env._("Contract %(contract)s: %(term)s is due in %(days)s days", days=days, **names)
