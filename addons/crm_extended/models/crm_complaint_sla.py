from odoo import api, fields, models

from .crm_complaint import KINDS
from .crm_complaint_assignment import PRIORITIES

# Fields that decide which complaints a policy applies to and what it gives them.
DECIDING_FIELDS = {
    "active",
    "company_id",
    "team_ids",
    "category_ids",
    "priority",
    "kind",
    "partner_category_ids",
    "first_response_hours",
    "resolution_hours",
    "at_risk_percent",
    "resource_calendar_id",
}


class CrmComplaintSla(models.Model):
    """How soon a kind of complaint has to be answered and resolved."""

    _name = "crm.complaint.sla"
    _description = "Complaint Deadline Policy"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        comodel_name="res.company",
        index="btree_not_null",
        default=lambda self: self.env.company,
        help="Leave empty for a policy of all companies.",
    )

    # Which complaints: an empty criterion fits all
    team_ids = fields.Many2many(
        comodel_name="crm.complaint.team", string="Teams", check_company=True
    )
    category_ids = fields.Many2many(
        comodel_name="crm.complaint.category",
        string="Categories",
        help="Subcategories are included.",
    )
    priority = fields.Selection(
        selection=PRIORITIES, string="Minimum Priority", default="0", required=True
    )
    kind = fields.Selection(selection=KINDS, help="Leave empty for every kind.")
    partner_category_ids = fields.Many2many(
        comodel_name="res.partner.category",
        string="Customer Tags",
        help="Customers whose company has one of these tags, or a tag below it.",
    )

    # How soon
    first_response_hours = fields.Float(
        string="First Response",
        help="Working hours until the customer has an answer, also to each later message. "
        "0 sets no deadline.",
    )
    resolution_hours = fields.Float(
        string="Resolution",
        help="Working hours until the complaint is closed, without the time spent waiting for the "
        "customer. 0 sets no deadline.",
    )
    at_risk_percent = fields.Integer(
        string="At Risk After",
        default=75,
        required=True,
        help="Share of the time after which somebody is told that the deadline is near.",
    )
    resource_calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Working Hours",
        domain="company_id and [('company_id', 'in', [company_id, False])] or []",
        help="Left empty, the working hours of the team count, or else those of the company.",
    )

    _hours_positive = models.Constraint(
        "CHECK (first_response_hours >= 0 AND resolution_hours >= 0)",
        "A deadline cannot lie before the complaint was received: enter 0 or more hours.",
    )
    _at_risk_percent_range = models.Constraint(
        "CHECK (at_risk_percent BETWEEN 1 AND 100)",
        "A complaint is at risk after 1 to 100 % of the time.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        self.env["crm.complaint"]._refresh_deadlines()
        return policies

    def write(self, vals):
        result = super().write(vals)
        if not DECIDING_FIELDS.isdisjoint(vals):
            self.env["crm.complaint"]._refresh_deadlines()
        return result

    def unlink(self):
        result = super().unlink()
        self.env["crm.complaint"]._refresh_deadlines()
        return result

    @api.model
    def _get_strictest(self, complaints, hours_field):
        """Return {complaint: policy} with the fewest hours on `hours_field` of those that fit."""
        policies = self.search([("active", "=", True), (hours_field, ">", 0)]).sorted(hours_field)
        return {
            complaint: next(
                (policy for policy in policies if policy._fits(complaint)), self.browse()
            )
            for complaint in complaints
        }

    def _fits(self, complaint):
        self.ensure_one()
        customer_tags = complaint.commercial_partner_id.category_id
        return (
            self.company_id in (self.company_id.browse(), complaint.company_id)
            and self.kind in (False, complaint.kind)
            and self.priority <= (complaint.priority or "0")
            and (not self.team_ids or complaint.team_id in self.team_ids)
            and _is_below(complaint.category_id, self.category_ids)
            and _is_below(customer_tags, self.partner_category_ids)
        )


def _is_below(records, wanted):
    """Whether one of the records of a tree is among `wanted` or below; nothing wanted fits all."""
    if not wanted:
        return True
    paths = tuple(record.parent_path for record in wanted)
    return any((record.parent_path or "").startswith(paths) for record in records)
