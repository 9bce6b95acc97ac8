from odoo import api, models

from ..tools.period import MAX_MONTHS

# What applies until somebody chooses otherwise. The settings screen shows the same.
SUGGESTION_DEFAULTS = {"holdout": 10, "hidden_months": 6}
SUGGESTION_MAXIMA = {"holdout": 50, "hidden_months": MAX_MONTHS}


class SaleSuggestion(models.Model):
    _inherit = "sale.suggestion"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _get_suggestion_settings(self):
        """Return what the administrators chose.

        :return: `holdout`, the percentage of quotations without suggestions; `hidden_months` that
            a product stays hidden from a customer who does not want it
        :rtype: dict
        """
        # sudo: parameters are the administrators' and the same for everybody.
        parameters = self.env["ir.config_parameter"].sudo()
        settings = {}
        for name, default in SUGGESTION_DEFAULTS.items():
            value = parameters.get_param(f"crm_analytics.affinity_{name}") or ""
            value = int(value) if value.isdecimal() else default
            settings[name] = min(value, SUGGESTION_MAXIMA[name])
        return settings
