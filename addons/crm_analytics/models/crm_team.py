from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmTeam(models.Model):
    """A team may be part of another one, whose leader sees its figures too."""

    _inherit = "crm.team"
    _parent_store = True

    parent_id = fields.Many2one(
        comodel_name="crm.team",
        string="Part Of",
        index=True,
        ondelete="restrict",
        domain="[('id', '!=', id), ('company_id', 'in', [company_id, False])]",
        check_company=True,
        help="The team whose figures contain those of this one, and whose leader sees them.",
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many(
        comodel_name="crm.team",
        inverse_name="parent_id",
        string="Sub-Teams",
    )
    leader_ids = fields.Many2many(
        comodel_name="res.users",
        relation="crm_team_leader_rel",
        column1="team_id",
        column2="user_id",
        string="Leaders",
        compute="_compute_leader_ids",
        compute_sudo=True,
        store=True,
        recursive=True,
        help="Its own leader and those of the teams it is part of.",
    )

    @api.depends("user_id", "parent_id.leader_ids")
    def _compute_leader_ids(self):
        for team in self:
            team.leader_ids = team.user_id | team.parent_id.leader_ids

    @api.constrains("parent_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(
                self.env._("A team cannot be part of itself or of one of its sub-teams.")
            )
