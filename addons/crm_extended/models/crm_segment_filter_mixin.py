from odoo import api, fields, models
from odoo.fields import Domain


class CrmSegmentFilterMixin(models.AbstractModel):
    """Records of a customer that are found by the segments of the person or the company."""

    _name = "crm.segment.filter.mixin"
    _description = "Filter by Segments of the Customer"

    segment_ids = fields.Many2many(
        comodel_name="crm.segment",
        string="Segments",
        compute="_compute_segment_ids",
        search="_search_segment_ids",
        groups="sales_team.group_sale_salesman",
    )

    @api.depends("partner_id")
    def _compute_segment_ids(self):
        for record in self:
            partner = record.partner_id
            record.segment_ids = partner.segment_ids | partner.commercial_partner_id.segment_ids

    @api.model
    def _search_segment_ids(self, operator, value):
        if operator.startswith("not"):
            return NotImplemented
        if operator == "in" and not all(value):  # without any segment
            in_any = self._get_segment_domain("any", Domain.TRUE)
            chosen = [segment_id for segment_id in value if segment_id]
            return ~in_any | self._get_segment_domain("in", chosen)
        return self._get_segment_domain(operator, value)

    @api.model
    def _get_segment_domain(self, operator, value):
        return Domain.OR(
            Domain(path, operator, value)
            for path in (
                "partner_id.segment_ids",
                "partner_id.commercial_partner_id.segment_ids",
            )
        )
