from odoo import api, models
from odoo.exceptions import UserError


class CrmTransitionMixin(models.AbstractModel):
    """For models with a `state` that may change in some ways only, whoever changes it."""

    _name = "crm.transition.mixin"
    _description = "Allowed Changes of Status"

    @api.model
    def _get_transitions(self):
        """Return {state: set of the states it may change to}, with each state as a key."""
        raise NotImplementedError

    def write(self, vals):
        if "state" in vals:
            self._check_transition(vals["state"])
        return super().write(vals)

    def _check_transition(self, state):
        """Refuse a change of state that is not among the transitions."""
        transitions = self._get_transitions()
        labels = dict(self._fields["state"]._description_selection(self.env))
        for record in self:
            if state != record.state and state not in transitions[record.state]:
                raise UserError(
                    self.env._(
                        "“%(record)s” is “%(old)s” and cannot become “%(new)s”.",
                        record=record.display_name,
                        old=labels[record.state],
                        new=labels.get(state, state),
                    )
                )
