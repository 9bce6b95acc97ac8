from odoo import fields, models


class SurveyVoucher(models.Model):
    """The voucher that a customer got for a questionnaire: one row for each, so that it is once."""

    _name = "survey.voucher"
    _description = "Voucher for a Questionnaire"
    _order = "id desc"
    _rec_name = "partner_id"

    survey_id = fields.Many2one(comodel_name="survey.survey", required=True, ondelete="cascade")
    user_input_id = fields.Many2one(
        comodel_name="survey.user_input",
        string="Answer",
        index="btree_not_null",
        ondelete="set null",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="cascade",
    )
    card_id = fields.Many2one(
        comodel_name="loyalty.card",
        string="Voucher",
        index="btree_not_null",
        ondelete="set null",
    )

    _once = models.UniqueIndex(
        "(survey_id, partner_id)", "A customer gets the voucher of a questionnaire once."
    )
