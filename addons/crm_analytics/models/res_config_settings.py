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
    affinity_half_life = fields.Integer(
        string="Half-Life",
        config_parameter="crm_analytics.affinity_half_life",
        default=12,
        help="An order of so many months ago counts half as much as one of today when products "
        "are ranked. 0 counts all the same. Numbers of orders that are shown are always whole.",
    )
    affinity_level = fields.Selection(
        selection=[("variant", "Product variants"), ("template", "Products with all variants")],
        string="Compare",
        config_parameter="crm_analytics.affinity_level",
        default="variant",
        required=True,
        help="Whether each size and colour is a product of its own, or all variants are one.",
    )
    affinity_date = fields.Datetime(related="company_id.affinity_date")

    @api.constrains(
        "affinity_months", "affinity_min_orders", "affinity_max_products", "affinity_half_life"
    )
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
            if settings.affinity_half_life < 0:
                raise ValidationError(
                    self.env._("The half-life cannot be negative. 0 counts all orders the same.")
                )
