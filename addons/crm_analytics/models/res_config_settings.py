from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.period import MAX_MONTHS


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
    affinity_holdout = fields.Integer(
        string="Without Suggestions",
        default=lambda self: self.env["sale.suggestion"]._get_suggestion_settings()["holdout"],
        help="Percentage of new quotations on which nothing is proposed, drawn by lot. What is "
        "ordered on them tells what suggestions are worth.",
    )
    affinity_hidden_months = fields.Integer(
        string="Hide What Is Not Wanted",
        config_parameter="crm_analytics.affinity_hidden_months",
        default=6,
        help="A product dismissed twice on a customer's quotations is not proposed to this "
        "customer for so many months.",
    )
    affinity_date = fields.Datetime(related="company_id.affinity_date")
    portal_suggestions = fields.Boolean(related="company_id.portal_suggestions", readonly=False)

    @api.constrains("affinity_holdout", "affinity_hidden_months")
    def _check_suggestion_settings(self):
        for settings in self:
            if not 0 <= settings.affinity_holdout <= 50:
                raise ValidationError(
                    self.env._("Quotations without suggestions must be 0 to 50 percent.")
                )
            if settings.affinity_hidden_months < 1:
                raise ValidationError(
                    self.env._("What is not wanted must be hidden for at least one month.")
                )
            if settings.affinity_hidden_months > MAX_MONTHS:
                raise ValidationError(
                    self.env._(
                        "What is not wanted can be hidden for at most %(months)s months.",
                        months=MAX_MONTHS,
                    )
                )

    @api.constrains(
        "affinity_months", "affinity_min_orders", "affinity_max_products", "affinity_half_life"
    )
    def _check_affinity_settings(self):
        for settings in self:
            if settings.affinity_months < 1:
                raise ValidationError(
                    self.env._("The period of orders must be at least one month.")
                )
            if settings.affinity_months > MAX_MONTHS:
                raise ValidationError(
                    self.env._(
                        "The period of orders can be at most %(months)s months.", months=MAX_MONTHS
                    )
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

    def set_values(self):
        result = super().set_values()
        # An integer parameter of 0 is deleted by core and would be the default again.
        for name in ("affinity_holdout", "affinity_half_life"):
            if not self[name]:
                self.env["ir.config_parameter"].set_param(f"crm_analytics.{name}", "0")
        return result

    # Actions

    def action_compute_affinities(self):
        """Ask for a computation and show it."""
        return self.env["product.affinity.run"].action_compute_now()
