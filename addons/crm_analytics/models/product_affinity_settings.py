from odoo import api, models

from ..tools.period import MAX_MONTHS

# What applies until somebody chooses otherwise. The settings screen shows the same.
MINING_DEFAULTS = {"months": 24, "min_orders": 5, "max_products": 100, "half_life": 12}
# The smallest value that makes sense; a half-life of 0 counts all months the same.
MINING_MINIMA = {"months": 1, "min_orders": 1, "max_products": 2, "half_life": 0}
LEVELS = ("variant", "template")


class ProductAffinity(models.Model):
    _inherit = "product.affinity"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _get_mining_settings(self):
        """Return what the administrators chose.

        :return: `months` of the period, `min_orders` a pair needs, `max_products` of the largest
            order that counts, `half_life` in months after which an order counts half when products
            are ranked (0: never), `level`: "variant" or "template"
        :rtype: dict
        """
        # sudo: parameters are the administrators' and the same for everybody.
        parameters = self.env["ir.config_parameter"].sudo()
        settings = {}
        for name, default in MINING_DEFAULTS.items():
            value = parameters.get_param(f"crm_analytics.affinity_{name}") or ""
            settings[name] = max(int(value), MINING_MINIMA[name]) if value.isdecimal() else default
        settings["months"] = min(settings["months"], MAX_MONTHS)
        level = parameters.get_param("crm_analytics.affinity_level")
        return {**settings, "level": level if level in LEVELS else LEVELS[0]}
