from ast import literal_eval

from odoo import api, fields, models


class CrmComplaintTeam(models.Model):
    _name = "crm.complaint.team"
    _description = "Complaint Team"
    # An alias is made when somebody gives it a name: a team that takes no mail needs none.
    _inherit = ["mail.alias.mixin.optional", "rating.parent.mixin"]
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
        help="They see the complaints of the team. A team without members is open to all users.",
    )
    resource_calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Working Hours",
        domain="company_id and [('company_id', 'in', [company_id, False])] or []",
        help="Deadlines count these hours, in their time zone and without their holidays. "
        "Left empty, the company's working hours count.",
    )
    send_receipt = fields.Boolean(
        default=True,
        help="Customers who write by email, web form or portal are told at once that their "
        "word was received, and its number.",
    )

    def write(self, vals):
        result = super().write(vals)
        if "company_id" in vals:
            for team in self.filtered("alias_id"):
                team.alias_defaults = team._alias_get_creation_values()["alias_defaults"]
        if "resource_calendar_id" in vals:
            self.env["crm.complaint"]._refresh_deadlines([("team_id", "in", self.ids)])
        return result

    @api.model
    def _get_default_team(self, company):
        """The team that takes a complaint of `company` when nothing says otherwise.

        A team of the current user comes first, then the first one in the order of the list.
        """
        teams = self.search([("company_id", "in", [company.id, False])])
        own_teams = teams.filtered(lambda team: self.env.user in team.member_ids | team.user_id)
        return (own_teams or teams)[:1]

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id("crm.complaint")
        if self.id:
            # whatever else an administrator has put there stays
            defaults = {**literal_eval(self.alias_defaults or "{}"), "channel": "email"}
            defaults["team_id"] = self.id
            defaults.pop("company_id", None)
            if self.company_id:
                defaults["company_id"] = self.company_id.id
            values["alias_defaults"] = defaults
        return values
