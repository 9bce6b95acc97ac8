from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class CrmSegment(models.Model):
    """Segments by the tier of a card; and writing to all customers of a segment."""

    _inherit = "crm.segment"

    tier_ids = fields.Many2many(
        comodel_name="loyalty.tier",
        string="Tiers",
        help="Customers who have a card in use in any of these tiers.",
    )

    @api.model
    def _get_rule_fields(self):
        return super()._get_rule_fields() | {"tier_ids"}

    def _get_rule_domain(self):
        domain = super()._get_rule_domain()
        if not self.tier_ids:
            return domain
        # sudo: who belongs to a segment does not depend on which cards the user may see
        cards = self.env["loyalty.card"].sudo()
        cards = cards._search(
            [
                ("tier_id", "in", self.tier_ids.ids),
                ("state", "=", "active"),
                ("partner_id", "!=", False),
            ]
        )
        holders = cards.subselect(SQL.identifier("loyalty_card", "partner_id"))
        return domain & Domain("id", "in", holders)

    def action_create_mailing(self):
        """Write to everybody in the segment."""
        self.ensure_one()
        return {
            "name": self.env._("Mailing"),
            "type": "ir.actions.act_window",
            "res_model": "mailing.mailing",
            "view_mode": "form",
            "context": {
                "default_mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                "default_mailing_domain": repr([("segment_ids", "in", self.ids)]),
                "default_subject": self.name,
            },
        }
