from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import email_normalize, html2plaintext, mute_logger

from ..tools.public_text import without_personal_data


class CrmComplaint(models.Model):
    """Suggestions that everybody may read, and customers vote for."""

    _inherit = "crm.complaint"  # pylint: disable=consider-merging-classes-inherited

    is_published = fields.Boolean(
        string="On the Board",
        readonly=True,
        copy=False,
        tracking=True,
        help="Everybody may read the public texts; customers who sign in may vote.",
    )
    published_date = fields.Datetime(
        string="Published On",
        compute="_compute_published_date",
        store=True,
        copy=False,
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
        help="What was done because of this suggestion. Shown on the board, and sent to those who "
        "made it.",
    )
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

    @api.depends("is_published")
    def _compute_published_date(self):
        now = fields.Datetime.now()
        for complaint in self:
            complaint.published_date = complaint.is_published and (complaint.published_date or now)

    # The authors' voices are not rows of their own: they follow their suggestions when these are
    # merged, and authors who are no contacts count as well.
    @api.depends(
        "kind",
        "commercial_partner_id",
        "email",
        "merged_ids.commercial_partner_id",
        "merged_ids.email",
        "vote_ids.commercial_partner_id",
    )
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
            authored = suggestion + suggestion.merged_ids
            unknown = authored.filtered(lambda complaint: not complaint.commercial_partner_id)
            unknown = {email_normalize(each.email) or each for each in unknown}
            customers = authored.commercial_partner_id
            customers |= voters.get(suggestion, customers.browse())
            suggestion.vote_count = len(unknown) + len(customers)

    @api.constrains("is_published", "kind", "public_name")
    def _check_published(self):
        for complaint in self.filtered("is_published"):
            if complaint.kind != "suggestion":
                raise ValidationError(
                    self.env._(
                        "Only suggestions stand on the board. Take “%s” off the board, "
                        "or make it a suggestion.",
                        complaint.display_name,
                    )
                )
            if not (complaint.public_name or "").strip():
                raise ValidationError(
                    self.env._(
                        "Give “%s” a public title: the board shows it instead of the subject.",
                        complaint.display_name,
                    )
                )

    def action_prepare_publishing(self):
        """Open the public texts, proposed where nobody has written them yet."""
        self.ensure_one()
        names = (self | self.merged_ids).mapped("partner_name")
        names += (self.partner_id | self.commercial_partner_id).mapped("name")
        if not self.public_name:
            self.public_name = without_personal_data(self.name, names)
        if not self.public_description:
            text = html2plaintext(self.description or "", include_references=False)
            self.public_description = without_personal_data(text, names)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Publish on the Board"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(self.env.ref("crm_extended.crm_complaint_view_form_publish").id, "form")],
            "target": "new",
        }

    def action_publish(self):
        self.is_published = True
        return {"type": "ir.actions.act_window_close"}

    def action_unpublish(self):
        self.is_published = False

    def action_view_board(self):
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self._get_board_url(), "target": "new"}

    @api.model
    def _get_board_domain(self, company):
        """Suggestions of `company` that everybody may read."""
        return Domain(
            [
                ("kind", "=", "suggestion"),
                ("is_published", "=", True),
                ("merged_into_id", "=", False),
                ("active", "=", True),
                ("company_id", "=", company.id),
            ]
        )

    def _get_board_url(self):
        return f"{self.get_base_url()}/suggestions/{self.id}"

    def _vote(self, partner):
        """Add the voice of a customer. Doing it again, or for his own suggestion, adds none."""
        self.ensure_one()
        authors = (self | self.merged_ids).commercial_partner_id
        if partner.commercial_partner_id in authors | self.vote_ids.commercial_partner_id:
            return
        try:
            # clicked twice, it comes twice: nothing that an administrator should read of
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self.vote_ids.create({"complaint_id": self.id, "partner_id": partner.id})
        except UniqueViolation:
            return  # a colleague of his was faster

    def _withdraw_vote(self, partner):
        self.ensure_one()
        customer = partner.commercial_partner_id
        self.vote_ids.filtered(lambda vote: vote.commercial_partner_id == customer).unlink()

    def _merge_links(self, target):
        """Keep every author and every vote, each customer once."""
        result = super()._merge_links(target)
        # sudo: users may merge suggestions, but not touch votes otherwise
        votes = self.sudo().vote_ids.sorted("id")
        customers = target.sudo().vote_ids.commercial_partner_id
        moved = votes.browse()
        for vote in votes:
            if vote.commercial_partner_id not in customers:
                customers |= vote.commercial_partner_id
                moved |= vote
        moved.complaint_id = target
        (votes - moved).unlink()
        published = self.filtered("is_published")
        if published and target.kind == "suggestion" and not target.is_published:
            for name in ("public_name", "public_description", "public_answer"):
                target[name] = target[name] or published[0][name]
            target.is_published = True
        published.is_published = False
        return result

    def _track_template(self, changes):
        templates = super()._track_template(changes)
        if self[:1].kind == "suggestion":
            templates.pop("stage_id", None)  # its authors are told below, each on his own
        return templates

    def _message_track_post_template(self, changes):
        result = super()._message_track_post_template(changes)
        if not self.env.context.get("complaint_just_created"):
            for complaint in self.filtered(lambda complaint: complaint.kind == "suggestion"):
                complaint._tell_authors(set(changes or ()))
        return result

    def _tell_authors(self, changes):
        """Tell whoever made this suggestion what became of it, each on his own complaint."""
        # sudo: complaints that were merged into this one may lie with other teams
        suggestion = self.sudo()
        if suggestion.merged_into_id or self.env.context.get("import_file"):
            return
        answered = suggestion.is_published and suggestion.public_answer
        if "stage_id" in changes or (answered and changes & {"public_answer", "is_published"}):
            authored = suggestion | suggestion.merged_ids
            authored.filtered(
                lambda complaint: complaint.partner_id.email or complaint.email
            )._mail_customer(
                self.env.ref("crm_extended.mail_template_suggestion", raise_if_not_found=False)
            )
