from odoo import api, fields, models


class CrmComplaintTeam(models.Model):
    _name = "crm.complaint.team"
    _description = "Complaint Team"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(string="Team", required=True, translate=True)
    sequence = fields.Integer(
        default=10,
        help="The first team takes what no category or member brings to another one.",
    )
    active = fields.Boolean(default=True)
    color = fields.Integer(string="Color Index")
    company_id = fields.Many2one(
        comodel_name="res.company",
        index="btree_not_null",
        default=lambda self: self.env.company,
        help="Leave empty for a team that serves all companies.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Team Leader",
        domain="[('share', '=', False)]",
        check_company=True,
    )
    member_ids = fields.Many2many(
        comodel_name="res.users",
        string="Members",
        domain="[('share', '=', False)]",
        check_company=True,
    )

    @api.model
    def _get_default_team(self, company):
        """The team that takes a complaint of `company` when nothing says otherwise.

        A team of the current user comes first, then the first one in the order of the list.
        """
        teams = self.search([("company_id", "in", [company.id, False])])
        own_teams = teams.filtered(lambda team: self.env.user in team.member_ids | team.user_id)
        return (own_teams or teams)[:1]
