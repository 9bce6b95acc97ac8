from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    complaint_compensation_limit = fields.Monetary(
        string="Compensation Without Approval",
        default=50,
        help="What may be given because of one complaint before a manager has to approve it. "
        "0 has everything approved.",
    )

    _complaint_compensation_limit_positive = models.Constraint(
        "CHECK (complaint_compensation_limit >= 0)",
        "The compensation given without approval cannot be negative.",
    )
