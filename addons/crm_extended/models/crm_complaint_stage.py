from odoo import fields, models


class CrmComplaintStage(models.Model):
    _name = "crm.complaint.stage"
    _description = "Complaint Stage"
    _order = "sequence, name, id"

    name = fields.Char(string="Stage Name", required=True, translate=True)
    sequence = fields.Integer(default=10, help="Used to order stages. Lower comes first.")
    fold = fields.Boolean(
        string="Folded in Kanban",
        help="The column of this stage is shown folded in the kanban view.",
    )
    is_closed = fields.Boolean(
        string="Closing Stage",
        help="A complaint that enters this stage is settled: its resolution date is set.",
    )
    team_ids = fields.Many2many(
        comodel_name="crm.complaint.team",
        string="Teams",
        ondelete="restrict",
        help="Teams that use this stage. Leave empty for all teams.",
    )
