import logging
from datetime import timedelta

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.crm_extended.tools.batches import run_in_batches

_logger = logging.getLogger(__name__)

BATCH_SIZE = 500


class LoyaltyGreeting(models.Model):
    """Sending: the row that says so, the voucher and the messages in one transaction."""

    _inherit = "loyalty.greeting"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _cron_send(self, batch_size=BATCH_SIZE):
        """Greet whose day it is, one greeting after the other, in batches."""
        for greeting in self.search([("active", "=", True)]):
            if not greeting._send_due(batch_size):
                return

    def _send_due(self, batch_size=BATCH_SIZE):
        """Greet all customers who are due; return whether there was time for all of them."""
        self.ensure_one()
        self._note_problem()
        if self.error:
            return True
        greeting = self.with_company(self.company_id)
        return run_in_batches(
            greeting.env["res.partner"],
            greeting._get_due_domain(),
            greeting._greet,
            batch_size=batch_size,
            lock_table="loyalty_greeting_log",
        )

    def _note_problem(self):
        """A voucher that cannot be issued stops the greeting as a whole, and is told on it."""
        error = False
        try:
            if self.voucher_program_id:
                self.voucher_program_id._raise_unless_issues_vouchers()
        except UserError as problem:
            error = str(problem)
            _logger.warning("Greeting %s sends nothing: %s", self.id, error)
        if self.error != error:
            self.error = error

    def _greet(self, partners):
        """Write the rows, the vouchers and the messages of a batch."""
        dates = self._find_due_dates(partners)
        partners = partners.filtered(lambda partner: partner.id in dates)
        if not partners:
            return
        mailed, texted = self._split_by_channel(partners)
        vouchers = self._issue_vouchers(partners)
        logs = self.env["loyalty.greeting.log"].create(
            [
                self._prepare_log_values(partner, dates[partner.id])
                | {
                    "card_id": voucher.id,
                    "is_mailed": partner in mailed,
                    "is_texted": partner in texted,
                }
                for partner, voucher in zip(partners, vouchers, strict=True)
            ]
        )
        self._send_mails(logs.filtered("is_mailed"))
        self._send_texts(logs.filtered("is_texted"))

    def _split_by_channel(self, partners):
        """Return who gets the e-mail and who the SMS; some get both."""
        mailed = texted = partners.browse()
        among = Domain("id", "in", partners.ids)
        if self.mail_template_id:
            mailed = partners.search(self._get_mailable_domain() & among)
        if self.sms_template_id:
            texted = partners.search(self._get_textable_domain() & among)
        return mailed, texted

    def _issue_vouchers(self, partners):
        """Return a voucher for each customer, or as many times none."""
        program = self.voucher_program_id
        if not program:
            return [self.env["loyalty.card"]] * len(partners)
        until = self.voucher_days and self.company_id._get_today() + timedelta(self.voucher_days)
        return program._issue_voucher(partners, expiration_date=until, description=self.name)

    def _prepare_log_values(self, partner, date):
        return {
            "greeting_id": self.id,
            "company_id": self.company_id.id,
            "partner_id": partner.id,
            "occasion": self.occasion,
            "holiday_id": self._get_holiday_key() or False,
            "date": date,
            "year": date.year,
        }

    def _send_mails(self, logs):
        if logs:
            self.mail_template_id.send_mail_batch(
                logs.ids, email_layout_xmlid="mail.mail_notification_light"
            )

    def _send_texts(self, logs):
        """Queue the SMS; core's action sends them."""
        if not logs:
            return
        bodies = self.sms_template_id._render_field("body", logs.ids, compute_lang=True)
        self.env["sms.sms"].create(
            [
                {
                    "body": bodies[log.id],
                    "number": log.partner_id.phone_sanitized,
                    "partner_id": log.partner_id.id,
                }
                for log in logs
            ]
        )
