import logging
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


class SurveyUserInput(models.Model):
    """Finishing a questionnaire fills in the customer's data and issues the voucher, once."""

    _inherit = "survey.user_input"

    voucher_ids = fields.One2many(comodel_name="survey.voucher", inverse_name="user_input_id")

    def _mark_done(self):
        result = super()._mark_done()
        # Only when it is known who answered: an address typed in by anybody changes no customer.
        for user_input in self.filtered(lambda each: each.partner_id and not each.test_entry):
            user_input._fill_customer()
            user_input._issue_voucher()
        return result

    def _fill_customer(self):
        """Write what the questions map; what was left out stays as it was."""
        self.ensure_one()
        values = {}
        lines = self.user_input_line_ids.filtered(
            lambda line: line.question_id.customer_field and not line.skipped
        )
        for question in lines.question_id:
            answers = lines.filtered(lambda line, question=question: line.question_id == question)
            values |= self._get_customer_values(question.customer_field, answers)
        if values:
            # sudo: the customer has no right on contacts, and fills in nothing but these fields
            partner = self.partner_id.sudo().with_context(crm_consent_source="survey")
            partner.write(values)

    def _get_customer_values(self, customer_field, lines):
        """Return what the answers to a question write on the customer."""
        if customer_field == "birthdate_date":
            birthdate = lines[:1].value_date
            is_sound = birthdate and not self.env["res.partner"]._get_birthdate_fault(birthdate)
            return {"birthdate_date": birthdate} if is_sound else {}
        if customer_field == "crm_consent":
            consent = lines.suggested_answer_id[:1].crm_consent
            return {"crm_consent": consent} if consent else {}
        tags = lines.suggested_answer_id._get_interests()
        return {"category_id": [fields.Command.link(tag.id) for tag in tags]}

    def _issue_voucher(self):
        """Give the voucher of the questionnaire, once to a customer however often he answers."""
        self.ensure_one()
        # sudo: vouchers are made for customers, who have no rights on programs and cards
        survey = self.sudo().survey_id
        program = survey.voucher_program_id
        if not program:
            return
        try:
            program._raise_unless_issues_vouchers()
        except UserError as problem:
            # The customer did his part; the questionnaire is not lost for want of a voucher.
            _logger.warning("Questionnaire %s issues no voucher: %s", survey.id, problem)
            return
        row = self._insert_voucher_row()
        if not row:
            return
        until = survey.voucher_days and fields.Date.today() + timedelta(survey.voucher_days)
        partner = self.sudo().partner_id
        row.card_id = program._issue_voucher(
            partner, expiration_date=until, description=survey.title
        )
        if partner.email:
            # sudo: templates are the administrators'
            template = self.env.ref("crm_loyalty.mail_template_survey_voucher").sudo()
            template.send_mail(row.id, email_layout_xmlid="mail.mail_notification_light")

    def _insert_voucher_row(self):
        """Return the new row of this customer's voucher; none when there is one already."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO survey_voucher (survey_id, partner_id, user_input_id, create_uid,
                                            create_date, write_uid, write_date)
                SELECT %(survey)s, %(partner)s, %(user_input)s, %(user)s, %(now)s, %(user)s, %(now)s
                    ON CONFLICT (survey_id, partner_id) DO NOTHING
             RETURNING id
                """,
                survey=self.survey_id.id,
                partner=self.partner_id.id,
                user_input=self.id,
                user=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        self.invalidate_recordset(["voucher_ids"])
        # sudo: customers read no rows of vouchers but through their answer
        return self.env["survey.voucher"].sudo().browse([row[0] for row in rows])
