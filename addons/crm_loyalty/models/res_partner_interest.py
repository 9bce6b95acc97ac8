from odoo import Command, api, models


class ResPartner(models.Model):
    """What a customer likes: the contact tags that customers may choose themselves."""

    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _get_offered_interests(self):
        return self.env["res.partner.category"].search([("is_interest", "=", True)], order="name")

    def _set_interests(self, interests):
        """Leave the tags alone that customers do not choose, and do not see."""
        self.ensure_one()
        chosen = self.category_id.filtered(lambda tag: not tag.is_interest) | interests
        if chosen != self.category_id:
            self.category_id = [Command.set(chosen.ids)]
