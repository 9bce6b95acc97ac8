from odoo import fields, models


class CrmComplaint(models.Model):
    """Several complaints that turn out to be one."""

    _inherit = "crm.complaint"  # pylint: disable=consider-merging-classes-inherited

    merged_into_id = fields.Many2one(
        comodel_name="crm.complaint",
        string="Merged Into",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups="base.group_user",
    )
    merged_numbers = fields.Char(
        readonly=True,
        copy=False,
        index="trigram",
        groups="base.group_user",
        help="Numbers of the complaints merged into this one, which find it too.",
    )

    _not_merged_into_itself = models.Constraint(
        "CHECK (merged_into_id != id)", "A complaint cannot be merged into itself."
    )

    def _get_merge_target(self):
        """Return the complaint that takes what is meant for this one: itself unless merged."""
        self.ensure_one()
        # sudo: which complaint it went into is kept from customers, who may still write to it
        return self.sudo().merged_into_id.sudo(self.env.su) or self
