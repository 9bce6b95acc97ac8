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
    is_waiting = fields.Boolean(
        string="Waiting for Customer",
        help="The resolution deadline of a complaint stands still in this stage and moves on by "
        "the time spent here. The next word of the customer takes the complaint out of it.",
    )
    mail_template_id = fields.Many2one(
        comodel_name="mail.template",
        string="Email Template",
        domain="[('model', '=', 'crm.complaint')]",
        help="Sent to the customer when a complaint enters this stage.",
    )
    rotting_threshold_days = fields.Integer(
        string="Stuck After",
        help="Complaints that have stayed in this stage for more days are highlighted. "
        "0 highlights none.",
    )
    team_ids = fields.Many2many(
        comodel_name="crm.complaint.team",
        string="Teams",
        ondelete="restrict",
        help="Teams that use this stage. Leave empty for all teams.",
    )

    _rotting_threshold_positive = models.Constraint(
        "CHECK (rotting_threshold_days >= 0)",
        "The days after which a complaint is highlighted cannot be negative. Enter 0 for never.",
    )

    def _get_portal_name(self):
        """What the customer is told: of himself he does not read as “the customer”."""
        return self.env._("Waiting for you") if self.is_waiting else self.name
