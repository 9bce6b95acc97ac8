from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Which types of question can fill in what
QUESTION_TYPES = {
    "birthdate_date": ("date",),
    "crm_consent": ("simple_choice",),
    "category_id": ("simple_choice", "multiple_choice"),
}


class SurveyQuestion(models.Model):
    """Questions whose answers become data of the customer."""

    _inherit = "survey.question"

    customer_field = fields.Selection(
        selection=[
            ("birthdate_date", "Birthday"),
            ("crm_consent", "Consent to Greetings and Offers"),
            ("category_id", "Interests"),
        ],
        string="Fills In",
        help="What the answer fills in on the customer when the questionnaire is finished. "
        "It needs to be known who answers: by signing in, or by an invitation.",
    )

    @api.constrains("customer_field", "question_type", "suggested_answer_ids")
    def _check_customer_field(self):
        types = dict(self._fields["question_type"]._description_selection(self.env))
        for question in self.filtered("customer_field"):
            allowed = QUESTION_TYPES[question.customer_field]
            if question.question_type not in allowed:
                raise ValidationError(
                    self.env._(
                        "%(question)s cannot fill in the customer's data that way: make it a"
                        " question of the type %(types)s.",
                        question=question.title,
                        types=" / ".join(types[name] for name in allowed),
                    )
                )
            if question.customer_field == "crm_consent":
                question._check_consent_answers()

    def _check_consent_answers(self):
        if "given" not in self.suggested_answer_ids.mapped("crm_consent"):
            raise ValidationError(
                self.env._(
                    "Say which answer of %(question)s means that the customer agrees.",
                    question=self.title,
                )
            )

    def validate_question(self, answer, comment=None):
        errors = super().validate_question(answer, comment)
        if not errors and answer and self.customer_field == "birthdate_date":
            birthdate = fields.Date.to_date(answer)
            if fault := self.env["res.partner"]._get_birthdate_fault(birthdate):
                return {self.id: fault}
        return errors
