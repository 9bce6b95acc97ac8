import logging

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


class CrmContractAlert(models.Model):
    """One step of a ladder that has come: the log of what was told, and what has to be sent.

    Rows are only inserted, by the nightly action. Whatever a row still has to cause is marked on it
    in the transaction that inserts it (`to_digest`, `to_report`, `escalation_date`), and cleared in
    the one that does it: an action killed in between loses nothing and doubles nothing.
    """

    _name = "crm.contract.alert"
    _description = "Contract Alert"
    _order = "raised_at desc, id desc"

    contract_id = fields.Many2one(
        comodel_name="crm.contract",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    term_id = fields.Many2one(
        comodel_name="crm.contract.term",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="Empty for alerts about the contract itself: its notice date or its end.",
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="contract_id.partner_id")
    subject = fields.Selection(
        selection=[
            ("term", "Term"),
            ("pace", "Pace of a Term"),
            ("notice", "Notice Date"),
            ("end", "Contract End"),
        ],
        string="About",
        required=True,
        readonly=True,
        default="term",
    )
    due_date = fields.Date(required=True, readonly=True)
    days_before = fields.Integer(
        required=True,
        readonly=True,
        aggregator=None,
        help="The step of the ladder: days before the due date; negative after it.",
    )
    state = fields.Selection(
        selection=[
            ("raised", "To Do"),
            ("acknowledged", "Acknowledged"),
            ("closed", "Closed"),
            ("superseded", "Superseded"),
            ("summarized", "In Summary"),
            ("failed", "Failed"),
        ],
        string="Status",
        required=True,
        readonly=True,
        default="raised",
        help="To Do: told, and nobody has reacted yet.\n"
        "Acknowledged: somebody has; the rest of its ladder is not raised.\n"
        "Closed: told, and then replaced by a later step, or without a reason any more.\n"
        "Superseded: its day passed while nobody could be told and a later step had come as well, "
        "so it was not sent.\n"
        "In Summary: long past when it was found, so only counted in the summary to the managers.\n"
        "Failed: could not be processed; the reason is given.",
    )
    is_late = fields.Boolean(
        string="Late", readonly=True, help="Raised after its day, because of a downtime."
    )
    raised_at = fields.Datetime(string="Raised On", required=True, readonly=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Told",
        readonly=True,
        help="Who was responsible, and was told.",
    )
    activity_id = fields.Many2one(
        comodel_name="mail.activity",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The activity that told the responsible person. Later steps take over one that is "
        "still open.",
    )
    acknowledged_at = fields.Datetime(string="Acknowledged On", readonly=True)
    acknowledged_by_id = fields.Many2one(comodel_name="res.users", readonly=True)
    escalation_date = fields.Date(
        readonly=True, help="The manager is told when the activity is still open on this day."
    )
    escalated_to_id = fields.Many2one(comodel_name="res.users", readonly=True)
    escalated_at = fields.Datetime(string="Escalated On", readonly=True)
    escalation_activity_id = fields.Many2one(
        comodel_name="mail.activity",
        string="Manager's Activity",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    error = fields.Char(string="Problem", readonly=True)

    to_digest = fields.Boolean(readonly=True, help="Not yet in the e-mail to who was told.")
    to_digest_escalation = fields.Boolean(readonly=True, help="Not yet in the manager's e-mail.")
    to_report = fields.Boolean(readonly=True, help="Not yet in the summary to the managers.")

    # A failure is no step: the steps of its due date still come when it has been mended.
    _subject_step_uniq = models.UniqueIndex(
        "(contract_id, COALESCE(term_id, 0), subject, due_date, days_before, (state = 'failed'))",
        "This alert has been raised already.",
    )
    _term_subject = models.Constraint(
        "CHECK ((subject IN ('term', 'pace')) = (term_id IS NOT NULL))",
        "An alert is about a term, or about the notice date or the end of a contract.",
    )
    _user_idx = models.Index("(user_id, state)")
    _to_digest_idx = models.Index("(user_id) WHERE to_digest")
    _to_digest_escalation_idx = models.Index("(escalated_to_id) WHERE to_digest_escalation")
    _to_report_idx = models.Index("(company_id) WHERE to_report")
    _escalation_idx = models.Index("(escalation_date) WHERE escalation_date IS NOT NULL")

    @api.depends("term_id", "subject", "contract_id")
    def _compute_display_name(self):
        subjects = dict(self._fields["subject"]._description_selection(self.env))
        for alert in self:
            alert.display_name = alert.term_id.name or "{}: {}".format(
                alert.contract_id.display_name, subjects.get(alert.subject, "")
            )

    # ---------------------------------------------------------------------------------------------
    # Buttons
    # ---------------------------------------------------------------------------------------------
    def action_acknowledge(self):
        """Say that somebody sees to it: its activities are done, the rest of the ladder is off."""
        self.contract_id.check_access("write")
        # sudo: nobody may write alerts, and the activity may be another person's
        alerts = self.sudo()._with_same_ladder()
        activities = alerts._get_open_activities()
        alerts._acknowledge()
        if activities:
            activities.action_feedback(feedback=self.env._("Acknowledged."))

    def action_view_contract(self):
        self.ensure_one()
        return self.contract_id.get_formview_action()

    def _with_same_ladder(self):
        """These alerts and the others that were raised for the same due dates."""
        keys = {alert._get_ladder_key() for alert in self}
        same = self.search(
            [("contract_id", "in", self.contract_id.ids), ("state", "in", ("raised", "closed"))]
        )
        return self | same.filtered(lambda alert: alert._get_ladder_key() in keys)

    def _get_ladder_key(self):
        self.ensure_one()
        return (self.contract_id.id, self.term_id.id, self.subject, self.due_date)

    def _get_open_activities(self):
        return (self.activity_id | self.escalation_activity_id).filtered("active")

    def _acknowledge(self):
        """Note who reacted. The next alert dates follow: that due date has no further ones."""
        self.filtered(lambda alert: alert.state == "raised").write(
            {
                "state": "acknowledged",
                "acknowledged_at": fields.Datetime.now(),
                "acknowledged_by_id": self.env.uid,
                "escalation_date": False,
            }
        )

    @api.model
    def _acknowledge_by(self, activities):
        """Take the alerts of activities that are being done as acknowledged.

        Be it the responsible person's activity or the manager's: the other one is not needed.
        """
        activities = activities.filtered(lambda activity: activity.res_model == "crm.contract")
        if not activities:
            return
        # sudo: nobody may write alerts; who may do the activity may say that it is seen to
        alerts = self.sudo().search(
            [
                ("state", "=", "raised"),
                "|",
                ("activity_id", "in", activities.ids),
                ("escalation_activity_id", "in", activities.ids),
            ]
        )
        others = alerts._get_open_activities() - activities.sudo()
        alerts._acknowledge()
        others.unlink()

    def _withdraw(self):
        """Close what nobody needs to react to any more, and remove its open activities."""
        # sudo: nobody may write alerts, and the activity may be another person's
        told = self.sudo().filtered(lambda alert: alert.state == "raised")
        activities = told._get_open_activities()
        told.write({"state": "closed", "escalation_date": False})
        activities.unlink()

    # ---------------------------------------------------------------------------------------------
    # Recording
    # ---------------------------------------------------------------------------------------------
    @api.model
    def _raise(self, due):
        """Record the steps that have come and are missing, and tell of the closest of each ladder.

        :param due: list of (record, watch): what is watched, a term or a contract, and how
        :return: the alerts that were missing, superseded ones included
        """
        rows = []
        for record, watch in due:
            today = record.company_id._get_today()
            # What was written down after the day of a step is not late: nobody could be told.
            known_since = record.create_date.date() if record.create_date else watch.due_date.min
            for step, state in watch.get_steps_to_record(today).items():
                is_late = known_since <= watch.get_day(step) < today
                rows.append((record, watch.subject, watch.due_date, step, state, is_late, None))
        alerts = self._insert_missing(rows)
        alerts.filtered(lambda alert: alert.state == "raised")._tell()
        return alerts

    @api.model
    def _record_failures(self, errors):
        """Record {term or contract: sentence}, once for each due date, for the summary."""
        rows = []
        for record, error in errors.items():
            _logger.warning("%s %s cannot be watched: %s", record._name, record.id, error)
            is_term = record._name == "crm.contract.term"
            due_date = record.due_date if is_term else record.date_end
            rows.append(
                (
                    record,
                    "term" if is_term else "end",
                    due_date or record.company_id._get_today(),
                    0,
                    "failed",
                    False,
                    error,
                )
            )
        return self._insert_missing(rows)

    def _insert_missing(self, rows):
        """Insert (record, subject, due date, step, state, is late, error) where it is not there."""
        if not rows:
            return self.browse()
        records, *columns = zip(*rows, strict=True)
        subjects, due_dates, steps, states, lates, errors = (list(column) for column in columns)
        is_term = [record._name == "crm.contract.term" for record in records]
        self.env["crm.contract"].flush_model(["company_id"])
        self.env["crm.contract.term"].flush_model(["contract_id"])
        result = self.env.execute_query(
            SQL(
                """
                INSERT INTO crm_contract_alert (
                    contract_id, term_id, company_id, subject, due_date, days_before, state,
                    is_late, error, to_report, raised_at,
                    create_uid, create_date, write_uid, write_date
                )
                SELECT contract.id, step.term_id, contract.company_id, step.subject,
                       step.due_date, step.days_before, step.state, step.is_late, step.error,
                       step.state IN ('summarized', 'failed'), %(now)s,
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM unnest(
                           %(contracts)s::integer[], %(terms)s::integer[], %(subjects)s::varchar[],
                           %(due_dates)s::date[], %(steps)s::integer[], %(states)s::varchar[],
                           %(lates)s::boolean[], %(errors)s::varchar[]
                       ) WITH ORDINALITY AS step (
                           contract_id, term_id, subject, due_date, days_before, state,
                           is_late, error, place
                       )
                  JOIN crm_contract contract ON contract.id = step.contract_id
                 ORDER BY step.place
                    ON CONFLICT (
                        contract_id, COALESCE(term_id, 0), subject, due_date, days_before,
                        (state = 'failed')
                    ) DO NOTHING
             RETURNING id
                """,
                now=fields.Datetime.now(),
                uid=self.env.uid,
                contracts=[
                    record.contract_id.id if term else record.id
                    for record, term in zip(records, is_term, strict=True)
                ],
                terms=[
                    record.id if term else None
                    for record, term in zip(records, is_term, strict=True)
                ],
                subjects=subjects,
                due_dates=due_dates,
                steps=steps,
                states=states,
                lates=lates,
                errors=errors,
            )
        )
        alerts = self.browse(alert_id for (alert_id,) in result)
        if alerts:
            alerts.term_id.invalidate_recordset(["alert_ids"])
            alerts.contract_id.invalidate_recordset(["alert_ids", "alert_count"])
        return alerts
