from odoo import api, fields, models

from .loyalty_program_voucher import VOUCHER_TYPES


class SurveySurvey(models.Model):
    _inherit = "survey.survey"

    voucher_program_id = fields.Many2one(
        comodel_name="loyalty.program",
        string="Voucher",
        domain=[("program_type", "in", [kind for kind in VOUCHER_TYPES if kind != "gift_card"])],
        ondelete="restrict",
        help="Who finishes the questionnaire gets a personal code of this program, once. It needs "
        "to be known who answers: by signing in, or by an invitation.",
    )
    voucher_days = fields.Integer(
        string="Valid For",
        default=30,
        help="Days the voucher can be used. 0: as long as the program.",
    )

    _voucher_days_positive = models.Constraint(
        "CHECK (voucher_days >= 0)", "The days of a voucher cannot be negative."
    )

    @api.constrains("voucher_program_id")
    def _check_voucher_program(self):
        for survey in self.filtered("voucher_program_id"):
            # sudo: whoever makes questionnaires may have no rights on programs
            survey.sudo().voucher_program_id._raise_unless_issues_vouchers()
