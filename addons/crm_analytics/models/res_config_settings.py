from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    affinity_months = fields.Integer(
        string="Period of Orders",
        config_parameter="crm_analytics.affinity_months",
        default=24,
        help="Orders confirmed in the months up to the newest order tell what is bought together.",
    )
    affinity_min_orders = fields.Integer(
        string="Orders in Common",
        config_parameter="crm_analytics.affinity_min_orders",
        default=5,
        help="Two products go together from this number of orders with both. A lower number finds "
        "more pairs, also by accident.",
    )
    affinity_max_products = fields.Integer(
        string="Largest Order",
        config_parameter="crm_analytics.affinity_max_products",
        default=100,
        help="Orders of more different products than this are left out: a whole assortment "
        "ordered at once does not tell what goes with what.",
    )
    affinity_date = fields.Datetime(related="company_id.affinity_date")

    @api.constrains("affinity_months", "affinity_min_orders", "affinity_max_products")
    def _check_affinity_settings(self):
        for settings in self:
            if settings.affinity_months < 1:
                raise ValidationError(
                    self.env._("The period of orders must be at least one month.")
                )
            if settings.affinity_min_orders < 1:
                raise ValidationError(
                    self.env._("The number of orders in common must be at least one.")
                )
            if settings.affinity_max_products < 2:
                raise ValidationError(
                    self.env._("The largest order must have at least two products.")
                )
