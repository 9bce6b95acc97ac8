from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmComplaint(models.Model):
    """Suggestions that everybody may read, and vote for."""

    _inherit = "crm.complaint"  # pylint: disable=consider-merging-classes-inherited

    is_published = fields.Boolean(
        string="On the Board",
        copy=False,
        tracking=True,
        help="Everybody may read the public texts; customers who sign in may vote.",
    )
    public_name = fields.Char(
        string="Public Title",
        copy=False,
        help="How the board calls this suggestion. Name nobody here.",
    )
    public_description = fields.Text(
        copy=False,
        help="What is suggested, as everybody may read it. Name nobody here.",
    )
    public_answer = fields.Text(
        string="What Changed",
        copy=False,
        tracking=True,
        help="What was done because of this suggestion. Shown on the board, and mailed to those "
        "who suggested it.",
    )
    published_date = fields.Datetime(string="Published On", copy=False, readonly=True)
    vote_ids = fields.One2many(
        comodel_name="crm.complaint.vote",
        inverse_name="complaint_id",
        string="Votes of Others",
        groups="crm_extended.group_crm_complaint_user",
    )
    vote_count = fields.Integer(
        string="Votes",
        compute="_compute_vote_count",
        compute_sudo=True,
        store=True,
        help="Customers who want this: those who suggested it and those who voted for it, "
        "each once.",
    )

    _board_idx = models.Index("(company_id, vote_count DESC, id DESC) WHERE is_published IS TRUE")

    @api.depends("kind", "commercial_partner_id", "vote_ids.commercial_partner_id")
    def _compute_vote_count(self):
        suggestions = self.filtered(lambda complaint: complaint.kind == "suggestion")
        (self - suggestions).vote_count = 0
        voters = dict(
            self.env["crm.complaint.vote"]._read_group(
                [("complaint_id", "in", suggestions.ids)],
                ["complaint_id"],
                ["commercial_partner_id:recordset"],
            )
        )
        for suggestion in suggestions:
            author = suggestion.commercial_partner_id
            others = voters.get(suggestion, author.browse()) - author
            suggestion.vote_count = 1 + len(others)

    @api.constrains("is_published", "kind", "public_name")
    def _check_published(self):
        for complaint in self.filtered("is_published"):
            if complaint.kind != "suggestion":
                raise ValidationError(
                    self.env._(
                        "Only suggestions stand on the board. Take “%(name)s” off the board first, "
                        "or make it a suggestion.",
                        name=complaint.display_name,
                    )
                )
            if not (complaint.public_name or "").strip():
                raise ValidationError(
                    self.env._(
                        "“%(name)s” needs a public title before it goes on the board.",
                        name=complaint.display_name,
                    )
                )
