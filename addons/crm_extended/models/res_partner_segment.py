from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class ResPartner(models.Model):
    """The segments a customer is in."""

    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    segment_ids = fields.Many2many(
        comodel_name="crm.segment",
        string="Segments",
        compute="_compute_segment_ids",
        search="_search_segment_ids",
        groups="sales_team.group_sale_salesman",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_segment_ids(self):
        segments = dict(
            self.env["crm.segment.member"]._read_group(
                [("partner_id", "in", self.ids), ("segment_id.active", "=", True)],
                ["partner_id"],
                ["segment_id:recordset"],
            )
        )
        for partner in self:
            partner.segment_ids = segments.get(partner._origin, False)

    @api.model
    def _search_segment_ids(self, operator, value):
        if operator.startswith("not"):
            return NotImplemented
        if operator == "in":
            domain = self._get_members_domain(Domain("segment_id", "in", [v for v in value if v]))
            if not all(value):  # False among them: in no segment
                domain |= ~self._get_members_domain(Domain.TRUE)
            return domain
        return self._get_members_domain(Domain("segment_id", operator, value))

    @api.model
    def _get_members_domain(self, member_domain):
        members = self.env["crm.segment.member"]._search(member_domain)
        return Domain(
            "id", "in", members.subselect(SQL.identifier("crm_segment_member", "partner_id"))
        )
