import logging
from itertools import chain

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.batches import run_in_batches

_logger = logging.getLogger(__name__)

# An e-mail names so many alerts; of the rest it says how many there are, and where.
LISTED = 50


class CrmContractAlert(models.Model):
    """One e-mail a person and night, and a summary to the managers of what reached nobody.

    Both are made from what is marked on the alerts, and the marks are cleared in the transaction
    that queues the e-mail.
    """

    _inherit = "crm.contract.alert"  # pylint: disable=consider-merging-classes-inherited

    # ---------------------------------------------------------------------------------------------
    # Digest for each person
    # ---------------------------------------------------------------------------------------------
    @api.model
    def _send_digests(self, batch_size):
        """Queue the digests; return False when there was not time enough for all of them."""
        recipients = SQL(
            """
            SELECT user_id FROM crm_contract_alert WHERE to_digest
             UNION SELECT escalated_to_id FROM crm_contract_alert WHERE to_digest_escalation
            """
        )
        return run_in_batches(
            self.env["res.users"].with_context(active_test=False),
            Domain("id", "in", recipients),
            self._send_digests_to,
            batch_size=batch_size,
            lock_table="crm_contract_alert",
        )

    @api.model
    def _send_digests_to(self, users):
        told = self._take_marked(users, "to_digest", "user_id")
        escalated = self._take_marked(users, "to_digest_escalation", "escalated_to_id")
        listed = list(
            chain.from_iterable(ids for _total, ids in (*told.values(), *escalated.values()))
        )
        # Read for all the digests at once.
        alerts = self.with_prefetch(listed)
        alerts.browse(listed).contract_id.mapped("display_name")
        self.env["mail.mail"].create(
            [
                user._get_contract_mail_values(
                    *alerts.with_context(lang=user.lang)._render_digest(
                        user, told.get(user.id, (0, [])), escalated.get(user.id, (0, []))
                    )
                )
                for user in users
                if user.active and user.email and (user.id in told or user.id in escalated)
            ]
        )
        self._trigger_mail_queue()

    def _take_marked(self, users, mark, recipient):
        """Clear a mark on the alerts of these users.

        :return: {user id: (number, ids of the first ones by due date)} of those still to do
        """
        self.env.cr.execute(
            SQL(
                """
                WITH marked AS (
                    UPDATE crm_contract_alert SET %(mark)s = FALSE
                     WHERE %(mark)s AND %(recipient)s IN %(users)s
                 RETURNING id, %(recipient)s AS recipient_id, state, due_date
                ), ranked AS (
                    SELECT recipient_id, id, count(*) OVER recipient AS total,
                           row_number() OVER (
                               recipient ORDER BY due_date, id
                           ) AS place
                      FROM marked
                     WHERE state = 'raised'
                    WINDOW recipient AS (PARTITION BY recipient_id)
                )
                SELECT recipient_id, max(total), array_agg(id ORDER BY place)
                  FROM ranked
                 WHERE place <= %(listed)s
                 GROUP BY recipient_id
                """,
                mark=SQL.identifier(mark),
                recipient=SQL.identifier(recipient),
                users=tuple(users.ids),
                listed=LISTED,
            )
        )
        self.invalidate_model([mark])
        return {user_id: (total, ids) for user_id, total, ids in self.env.cr.fetchall()}

    @api.model
    def _render_digest(self, user, told, escalated):
        """Return (subject, body) of a user's digest, in the language of this environment."""
        (told_count, told_ids), (escalated_count, escalated_ids) = told, escalated
        count = told_count + escalated_count
        subject = (
            self.env._("1 contract alert")
            if count == 1
            else self.env._("%s contract alerts", count)
        )
        return subject, self._render_mail(
            "crm_extended.crm_contract_alert_digest",
            user=user,
            sections=[
                (title, self.browse(ids).with_prefetch(self._prefetch_ids), total - len(ids))
                for title, ids, total in (
                    (self.env._("For you"), told_ids, told_count),
                    (self.env._("Nobody has reacted to"), escalated_ids, escalated_count),
                )
                if total
            ],
        )

    # ---------------------------------------------------------------------------------------------
    # Summary for the managers
    # ---------------------------------------------------------------------------------------------
    @api.model
    def _send_summaries(self, batch_size=50):
        """Queue a summary for each company; return False when there was not time enough."""
        reported = SQL("SELECT company_id FROM crm_contract_alert WHERE to_report")
        return run_in_batches(
            self.env["res.company"],
            Domain("id", "in", reported),
            self._send_summaries_of,
            batch_size=batch_size,
            lock_table="crm_contract_alert",
        )

    @api.model
    def _send_summaries_of(self, companies):
        reports = self._take_reports(companies)
        mails = []
        for company in companies:
            managers = company._get_contract_managers().filtered("email")
            if not managers:
                _logger.warning(
                    "Company %s has no contracts administrator with an e-mail address: nobody got "
                    "the summary of its alerts.",
                    company.id,
                )
            for lang, readers in managers.grouped("lang").items():
                summary = self.with_context(lang=lang)._render_summary(company, reports[company.id])
                mails.append(readers._get_contract_mail_values(*summary))
        self.env["mail.mail"].create(mails)
        self._trigger_mail_queue()

    def _take_reports(self, companies):
        """Clear the marks of these companies; return their figures by company id.

        Figures: (alerts long past, contracts they are of, problems, ids of the first problems).
        """
        self.env.cr.execute(
            SQL(
                """
                WITH marked AS (
                    UPDATE crm_contract_alert SET to_report = FALSE
                     WHERE to_report AND company_id IN %(companies)s
                 RETURNING id, company_id, contract_id, state
                )
                SELECT company_id,
                       count(*) FILTER (WHERE state = 'summarized'),
                       count(DISTINCT contract_id) FILTER (WHERE state = 'summarized'),
                       count(*) FILTER (WHERE state <> 'summarized'),
                       (array_agg(id ORDER BY id) FILTER (WHERE state <> 'summarized'))[:%(listed)s]
                  FROM marked
                 GROUP BY company_id
                """,
                companies=tuple(companies.ids),
                listed=LISTED,
            )
        )
        self.invalidate_model(["to_report"])
        return {company_id: figures for company_id, *figures in self.env.cr.fetchall()}

    @api.model
    def _render_summary(self, company, figures):
        """Return (subject, body) of a company's summary, in the language of this environment."""
        past_count, past_contracts, problem_count, problem_ids = figures
        subject = self.env._("Contract alerts: what needs a manager's eye at %s", company.name)
        return subject, self._render_mail(
            "crm_extended.crm_contract_alert_summary",
            company=company,
            past_count=past_count,
            past_contracts=past_contracts,
            problem_count=problem_count,
            problems=self.browse(problem_ids or ()),
        )

    # ---------------------------------------------------------------------------------------------
    # E-mails
    # ---------------------------------------------------------------------------------------------
    def _render_mail(self, template, **values):
        return self.env["ir.qweb"]._render(
            template,
            {
                "base_url": self.env["ir.config_parameter"].sudo().get_param("web.base.url"),
                "today": fields.Date.context_today(self),
                **values,
            },
            minimal_qcontext=True,
            lang=self.env.lang,
        )

    @api.model
    def _trigger_mail_queue(self):
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
