from odoo import api, models
from odoo.exceptions import ValidationError

from ..tools.alert_ladder import format_ladder, parse_ladder


class CrmContractLadderMixin(models.AbstractModel):
    """For models with ladders of alerts, written as text: checked and tidied when stored."""

    _name = "crm.contract.ladder.mixin"
    _description = "Ladders of Alerts"

    # Names of the fields that hold a ladder.
    _ladder_fields = ()

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._clean_ladders(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._clean_ladders(vals))

    def _clean_ladders(self, vals):
        ladders = {name: vals[name] for name in self._ladder_fields if vals.get(name)}
        return {
            **vals,
            **{name: format_ladder(self._parse_ladder(text)) for name, text in ladders.items()},
        }

    @api.model
    def _parse_ladder(self, text):
        try:
            return parse_ladder(text)
        except ValueError:
            raise ValidationError(
                self.env._(
                    "The alerts “%s” have to be numbers of days from 0 to 3660, separated by "
                    "commas, for example 60,30,7,1.",
                    text,
                )
            ) from None
