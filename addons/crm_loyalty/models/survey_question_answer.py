from odoo import fields, models


class SurveyQuestionAnswer(models.Model):
    """What choosing an answer says about the customer."""

    _inherit = "survey.question.answer"

    crm_consent = fields.Selection(
        selection=lambda self: self.env["res.partner"]._fields["crm_consent"].selection,
        string="Means",
    )
    category_id = fields.Many2one(
        comodel_name="res.partner.category",
        string="Tag",
        ondelete="set null",
        help="The tag that a customer who chooses this answer gets. Empty: the tag with the name "
        "of the answer.",
    )

    def _get_interests(self):
        """The tags of these answers; those without one take, or make, the tag of their name."""
        # sudo: the customer who answers makes no tags himself
        answers = self.sudo().with_context(lang=None)
        named = answers.filtered(lambda answer: not answer.category_id and answer.value)
        if named:
            Category = answers.env["res.partner.category"]
            found = {
                tag.name: tag for tag in Category.search([("name", "in", named.mapped("value"))])
            }
            for answer in named:
                answer.category_id = found.get(answer.value) or Category.create(
                    {"name": answer.value, "is_interest": True}
                )
        return answers.category_id
