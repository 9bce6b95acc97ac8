from odoo import fields, models


class CrmContractType(models.Model):
    """What contracts of a kind have in common; its alerts stand in crm_contract_type_alerts."""

    _name = "crm.contract.type"
    _description = "Contract Type"
    _order = "sequence, id"

    name = fields.Char(string="Contract Type", required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        index="btree_not_null",
        help="Leave empty for a type of all companies.",
    )

    # Proposed to new contracts of this type
    template_id = fields.Many2one(
        comodel_name="crm.contract.template", string="Text Template", ondelete="restrict"
    )
    notice_days = fields.Integer(
        string="Notice Period",
        help="Days before the end date by which notice has to be given.",
    )
    renewal = fields.Selection(
        selection=[("none", "None"), ("manual", "Manual"), ("automatic", "Automatic")],
        required=True,
        default="manual",
        help="How new contracts of this type are renewed.",
    )
    renewal_months = fields.Integer(string="Renewal Period", default=12)
    opportunity_days = fields.Integer(
        string="Renewal Opportunity",
        default=90,
        help="Days before the end of a contract when an opportunity to renew it is created. "
        "0: never.",
    )

    _notice_days_in_range = models.Constraint(
        "CHECK (notice_days BETWEEN 0 AND 3660)",
        "The notice period has to be between 0 and 3660 days.",
    )
    _renewal_months_in_range = models.Constraint(
        "CHECK (renewal_months BETWEEN 0 AND 1200)",
        "The renewal period has to be between 0 and 1200 months.",
    )
    _renewal_months_needed = models.Constraint(
        "CHECK (renewal <> 'automatic' OR renewal_months > 0)",
        "Set a renewal period of at least one month for contracts that are renewed automatically.",
    )
    _opportunity_days_in_range = models.Constraint(
        "CHECK (opportunity_days BETWEEN 0 AND 3660)",
        "An opportunity is created 1 to 3660 days before the end of a contract; 0 means never.",
    )
