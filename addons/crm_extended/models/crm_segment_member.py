from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmSegmentMember(models.Model):
    """A customer in a segment. Members of a segment by rule are written by its refresh only."""

    _name = "crm.segment.member"
    _description = "Segment Member"
    _order = "since desc, id desc"
    _rec_name = "partner_id"

    segment_id = fields.Many2one(
        comodel_name="crm.segment", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="cascade",
    )
    since = fields.Date(required=True, readonly=True, default=fields.Date.context_today)
    email = fields.Char(related="partner_id.email")
    phone = fields.Char(related="partner_id.phone")

    _member_unique = models.UniqueIndex(
        "(segment_id, partner_id)", "This customer is in the segment already."
    )

    @api.model_create_multi
    def create(self, vals_list):
        members = super().create(vals_list)
        members._raise_unless_hand_picked()
        return members

    def write(self, vals):
        self._raise_unless_hand_picked()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_by_rule(self):
        self._raise_unless_hand_picked()

    def _raise_unless_hand_picked(self):
        by_rule = self.segment_id.filtered(lambda segment: segment.kind == "rule")
        if by_rule:
            raise UserError(
                self.env._(
                    "The rule of %(segment)s decides who is in it: change the rule, or make the"
                    " segment hand-picked.",
                    segment=by_rule[0].name,
                )
            )

    def action_open_partner(self):
        self.ensure_one()
        return self.partner_id.get_formview_action()
