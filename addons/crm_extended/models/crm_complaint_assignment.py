from odoo import api, fields, models

PRIORITIES = [
    ("0", "Normal"),
    ("1", "Important"),
    ("2", "Very Important"),
    ("3", "Urgent"),
]


class CrmComplaint(models.Model):
    """Who deals with a complaint, and how urgently: proposed by its category."""

    _inherit = "crm.complaint"

    team_id = fields.Many2one(
        comodel_name="crm.complaint.team",
        compute="_compute_team_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
    )
    team_assignment_method = fields.Selection(related="team_id.assignment_method")
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('share', '=', False)]",
        check_company=True,
        index=True,
        tracking=True,
    )
    priority = fields.Selection(
        selection=PRIORITIES,
        compute="_compute_priority",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )

    @api.depends("category_id", "company_id")
    def _compute_team_id(self):
        default_teams = {}
        for complaint in self:
            company = complaint.company_id
            proposed = complaint.category_id._get_proposal("team_id").filtered("active")
            candidates = proposed | complaint.team_id
            team = candidates.filtered(
                lambda team, company=company: team.company_id in (company, company.browse())
            )[:1]
            if not team:
                if company not in default_teams:
                    default_teams[company] = self.env["crm.complaint.team"]._get_default_team(
                        company
                    )
                team = default_teams[company]
            complaint.team_id = team

    @api.depends("category_id", "team_id")
    def _compute_user_id(self):
        proposed = {complaint: complaint.category_id._get_proposal("user_id") for complaint in self}
        absent = self.env["res.users"].union(*proposed.values())._get_absent()
        for complaint, user in proposed.items():
            fits = user.active and complaint.company_id in user.company_ids and user not in absent
            complaint.user_id = user if fits else complaint.user_id
        # New ones get theirs when they are saved: a form must not take somebody's turn.
        saved = self.filtered(lambda complaint: complaint.id and not complaint.user_id)
        for complaint, user in saved._get_team_proposals().items():
            complaint.user_id = user

    @api.depends("category_id")
    def _compute_priority(self):
        for complaint in self:
            complaint.priority = (
                complaint.category_id._get_proposal("priority") or complaint.priority or "0"
            )

    @api.model
    def _prepare_create_values(self, vals_list):
        """Share out among the team what names no responsible person."""
        values_list = super()._prepare_create_values(vals_list)
        Stage = self.env["crm.complaint.stage"]
        closed = Stage.browse(values.get("stage_id") for values in values_list)
        closed = set(closed.filtered("is_closed").ids)
        to_assign = {}
        for index, values in enumerate(values_list):
            if not values.get("user_id") and values.get("stage_id") not in closed:
                key = (values.get("team_id"), values["company_id"])
                to_assign.setdefault(key, []).append(index)
        for (team_id, company_id), indexes in to_assign.items():
            team = self.env["crm.complaint.team"].browse(team_id)
            company = self.env["res.company"].browse(company_id)
            users = team._propose_users(company, len(indexes))
            for index, user in zip(indexes, users, strict=False):
                values_list[index]["user_id"] = user.id
        for vals, values in zip(vals_list, values_list, strict=True):
            if values.get("user_id"):
                # mail.thread subscribes and tells the responsible person it finds in these
                vals["user_id"] = values["user_id"]
        return values_list

    def _get_team_proposals(self):
        """Whom the teams of these complaints would give them: {complaint: user}."""
        proposals = {}
        unclosed = self.filtered(lambda complaint: not complaint.is_closed)
        for (team, company), complaints in unclosed.grouped(
            lambda complaint: (complaint.team_id, complaint.company_id)
        ).items():
            users = team._propose_users(company, len(complaints))
            proposals.update(zip(complaints, users, strict=False))
        return proposals

    def action_assign_to_me(self):
        self.user_id = self.env.user
