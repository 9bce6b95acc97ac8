from odoo import fields, models


class CrmComplaint(models.Model):
    """The same customer with the same trouble again."""

    _inherit = "crm.complaint"  # pylint: disable=consider-merging-classes-inherited

    repeat_of_id = fields.Many2one(
        comodel_name="crm.complaint",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_user",
        help="The last complaint of this customer before it about the same product or cause.",
    )
    recurrence_count = fields.Integer(
        string="Recurrences",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="How many complaints of this customer about the same product or cause came before it, "
        "within the days set in the settings.",
    )
    is_repeat_raised = fields.Boolean(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Its priority was raised and the team leader told because it is a repeat: done once.",
    )
