from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    affinity_date = fields.Datetime(
        string="Affinities Computed On",
        readonly=True,
        copy=False,
        help="When what is bought together was last computed from this company's orders.",
    )
