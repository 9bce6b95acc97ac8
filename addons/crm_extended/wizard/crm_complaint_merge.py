from odoo import api, fields, models


class CrmComplaintMergeWizard(models.TransientModel):
    """Choose which of several complaints takes the others over."""

    _name = "crm.complaint.merge"
    _description = "Merge Complaints"

    complaint_ids = fields.Many2many(
        comodel_name="crm.complaint",
        string="Complaints",
        context={"active_test": False},
    )
    target_id = fields.Many2one(
        comodel_name="crm.complaint",
        string="Merge Into",
        compute="_compute_target_id",
        store=True,
        readonly=False,
        required=True,
        domain="[('id', 'in', complaint_ids)]",
        help="It keeps its number and takes messages, followers, files, activities and links.",
    )
    company_id = fields.Many2one(related="target_id.company_id")
    closes_open = fields.Boolean(compute="_compute_warnings")
    other_customers = fields.Boolean(compute="_compute_warnings")
    allow_other_customers = fields.Boolean(
        string="Merge Different Customers",
        groups="crm_extended.group_crm_complaint_manager",
        help="Each of them may then read what the others wrote.",
    )

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") == "crm.complaint":
            active_ids = self.env.context.get("active_ids", [])
            values.setdefault("complaint_ids", [fields.Command.set(active_ids)])
        return values

    @api.depends("complaint_ids")
    def _compute_target_id(self):
        """Propose an open complaint before a closed one, and the first one that was received."""
        for wizard in self:
            candidates = wizard.complaint_ids.sorted(
                lambda each: (each.is_closed, each.received_date, each._origin.id)
            )
            if wizard.target_id not in candidates:
                wizard.target_id = candidates[:1]

    @api.depends("complaint_ids", "target_id")
    def _compute_warnings(self):
        for wizard in self:
            complaints = wizard.complaint_ids
            wizard.closes_open = wizard.target_id.is_closed and not all(
                complaints.mapped("is_closed")
            )
            wizard.other_customers = len(complaints.commercial_partner_id) > 1

    def action_merge(self):
        self.ensure_one()
        merged = self.complaint_ids - self.target_id
        # sudo: others than managers do not have this choice
        merged._merge_into(self.target_id, allow_other_customers=self.sudo().allow_other_customers)
        return self.target_id.get_formview_action()
