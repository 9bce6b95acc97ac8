from odoo import api, fields, models
from odoo.tools import email_normalize, email_normalize_all, is_html_empty


class CrmComplaint(models.Model):
    """The conversation with the customer: who spoke last, and since when an answer is owed."""

    # Each part of a complaint has a file of its own, because one file of all was too long to read.
    _inherit = "crm.complaint"  # pylint: disable=consider-merging-classes-inherited

    awaiting_since = fields.Datetime(
        string="Awaiting Answer Since",
        compute="_compute_awaiting_since",
        store=True,
        precompute=True,
        copy=False,
        help="When the customer said what nobody has answered yet.",
        groups="base.group_user",
    )

    # A complaint begins with a word of the customer, and closing it answers all of them.
    @api.depends("received_date", "first_response_date", "stage_id")
    def _compute_awaiting_since(self):
        for complaint in self:
            since, answered = complaint.awaiting_since, complaint.first_response_date
            if complaint.stage_id.is_closed or (answered and since and since <= answered):
                complaint.awaiting_since = False
            else:
                complaint.awaiting_since = since if answered else complaint.received_date

    def _customer_spoke(self, date, message=None):
        """Take note of a word of the customer that came at `date`, by whatever way.

        An answer is owed from now on, unless one is owed already, and nobody waits for the customer
        any longer. `message` is the message that brought the word, if there is one.
        """
        self.filtered(lambda complaint: not complaint.awaiting_since).awaiting_since = date
        self._leave_waiting_stage()

    def _company_answered(self, date):
        """Take note of an answer to the customer: nothing is owed any longer."""
        self.filtered(
            lambda complaint: not complaint.first_response_date
        ).first_response_date = date
        self.filtered("awaiting_since").awaiting_since = False

    def _leave_waiting_stage(self):
        """Put complaints that wait for the customer back to work, in the stage before."""
        waiting = self.filtered("stage_id.is_waiting")
        if not waiting:
            return
        stages = self.env["crm.complaint.stage"].search(
            [("is_waiting", "=", False), ("is_closed", "=", False)]
        )
        for stage, complaints in waiting.grouped(
            lambda complaint: complaint._get_stage_of_work(stages)
        ).items():
            if stage:
                complaints.stage_id = stage

    def _get_stage_of_work(self, stages):
        """The last of these stages before the present one, or else the first one of the team."""
        self.ensure_one()
        usable = stages.filtered(lambda stage: self.team_id in (stage.team_ids or self.team_id))
        before = usable.filtered(lambda stage: stage.sequence <= self.stage_id.sequence)
        return before[-1:] or usable[:1]

    def _creation_subtype(self):
        return self.env.ref("crm_extended.mt_complaint_new")

    def _track_subtype(self, initial_values):
        self.ensure_one()
        if "stage_id" in initial_values and self.stage_id:
            return self.env.ref("crm_extended.mt_complaint_stage")
        return super()._track_subtype(initial_values)

    def _message_post_after_hook(self, message, msg_values):
        # sudo: whoever may post is followed up, a customer and a colleague who only reads too
        complaint = self.sudo()
        if complaint._is_word_of_customer(message, msg_values):
            complaint._customer_spoke(complaint._get_word_date(message), message)
        elif complaint._is_response_to_customer(message, msg_values):
            complaint._company_answered(message.date)
        return super()._message_post_after_hook(message, msg_values)

    def _is_word_of_customer(self, message, msg_values):
        """Whether `message` came from the customer: by mail, on the portal or with a rating."""
        author = message.author_id
        if message.message_type not in ("comment", "email") or author.user_ids.filtered(
            lambda user: not user.share
        ):
            return False
        if not message.subtype_id or message.subtype_id.internal or message.is_internal:
            return False
        rating = self.env["rating.rating"].browse(msg_values.get("rating_id"))
        wordless = not rating.feedback if rating else is_html_empty(message.body)
        if wordless and not message.attachment_ids:
            return False
        if author == self.env.ref("base.partner_root"):
            return False
        customer = self.commercial_partner_id
        if author and customer and author.commercial_partner_id == customer:
            return True
        sender = author.email_normalized or email_normalize(message.email_from)
        return bool(sender) and sender == email_normalize(self.email)

    def _get_word_date(self, message):
        """When the customer spoke: the date of a mail is whatever its sender wrote into it."""
        return min(max(message.date, self.received_date), fields.Datetime.now())

    def _is_response_to_customer(self, message, msg_values):
        """Whether a colleague wrote `message` and the customer is among those who receive it."""
        author = message.author_id
        # OdooBot sends receipts and reminders, which answer nothing
        by_colleague = (
            author and not author.partner_share and author != self.env.ref("base.partner_root")
        )
        # colleagues answer the mails that tell them of a complaint, but not one of their own
        is_answer = message.message_type in ("comment", "email_outgoing") or (
            message.message_type == "email"
            and author.email_normalized != email_normalize(self.email)
        )
        if not by_colleague or not is_answer:
            return False
        if not message.subtype_id or message.subtype_id.internal:
            return False
        followers = self.message_follower_ids.filtered(
            lambda follower: message.subtype_id in follower.subtype_ids
        )
        recipients = message.partner_ids | followers.partner_id
        customer = self.commercial_partner_id
        if customer and customer in recipients.commercial_partner_id:
            return True
        emails = set(recipients.mapped("email_normalized"))
        emails.update(email_normalize_all(msg_values.get("outgoing_email_to") or ""))
        return bool(email_normalize(self.email)) and email_normalize(self.email) in emails
