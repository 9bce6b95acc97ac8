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

    @api.depends("category_id")
    def _compute_user_id(self):
        for complaint in self:
            user = complaint.category_id._get_proposal("user_id")
            if not user.active or complaint.company_id not in user.company_ids:
                user = complaint.user_id
            complaint.user_id = user

    @api.depends("category_id")
    def _compute_priority(self):
        for complaint in self:
            complaint.priority = (
                complaint.category_id._get_proposal("priority") or complaint.priority or "0"
            )

    def action_assign_to_me(self):
        self.user_id = self.env.user
