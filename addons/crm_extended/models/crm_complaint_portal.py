from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, formataddr, is_html_empty, plaintext2html

# What a customer decides of a message that he posts by himself; who hears of it is decided here.
CUSTOMER_MESSAGE_PARAMS = {"body", "body_is_html", "attachment_ids"}
# What a customer may read of his complaints, beside what Odoo's mixins let him. Every other field
# is the company's own business, those that other add-ons bring too.
PORTAL_FIELDS = {
    *("number", "name", "kind", "channel", "description", "received_date", "active", "company_id"),
    *("partner_id", "commercial_partner_id", "partner_name", "email", "phone"),
    *("order_id", "order_line_id", "product_id"),
    *("stage_id", "is_closed", "first_response_date", "resolved_date", "closed_date"),
    *("confirmed_date", "is_published", "public_name", "public_description", "public_answer"),
    *("published_date", "vote_count"),
    "priority",  # the list is ordered by it
    "user_id",  # read whenever a message is posted
}
PORTAL_MIXINS = ("portal.mixin", "rating.mixin", "mail.activity.mixin")


class CrmComplaint(models.Model):
    """What the customer sees and does himself: his page, and his word on the solution."""

    # Each part of a complaint has a file of its own, because one file of all was too long to read.
    _inherit = "crm.complaint"  # pylint: disable=consider-merging-classes-inherited

    # By these a customer could search in the internal notes on his complaint, word by word:
    # searching through them asks for no access to the messages. What he may read of them, he
    # reads as messages.
    message_ids = fields.One2many(groups="base.group_user")
    website_message_ids = fields.One2many(groups="base.group_user")
    confirmed_date = fields.Datetime(
        string="Confirmed On",
        compute="_compute_confirmed_date",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        help="When the customer said that the solution is good. Reopening empties it.",
    )
    access_token = fields.Char(
        compute="_compute_access_token", store=True, readonly=False, precompute=True
    )
    order_reference = fields.Char(
        string="Order as Given",
        copy=False,
        groups="base.group_user",
        help="The order number typed into the public form. Check who wrote before you choose the "
        "order: it brings its customer along.",
    )

    @api.depends("stage_id")
    def _compute_confirmed_date(self):
        for complaint in self:
            complaint.confirmed_date = complaint.stage_id.is_closed and complaint.confirmed_date

    # A link was given to the person the complaint belonged to. Somebody else's complaint, or that
    # of a customer who was found since then, takes a new one: the public form shows its link to
    # whoever filled it in, whatever address he typed. A contact made for the complaint keeps it.
    @api.depends("partner_id")
    def _compute_access_token(self):
        linked = self.filtered(lambda complaint: complaint.access_token and complaint.partner_id)
        made_for = linked._filter_contact_made_for()
        for complaint in self - made_for:
            complaint.access_token = False

    def _filter_contact_made_for(self):
        """Those whose contact is newer than the complaint and has nothing else to his name."""
        newer = self.filtered(
            lambda complaint: (
                complaint.create_date
                and complaint.partner_id.create_date >= complaint.create_date
                and complaint.partner_id == complaint.commercial_partner_id
            )
        )
        if not newer:
            return newer
        # sudo: only whether there are any
        partners = newer.partner_id.sudo()
        others = self.sudo().search(
            [("partner_id", "in", partners.ids), ("id", "not in", newer.ids)]
        )
        orders = self.env["sale.order"].sudo().search([("partner_id", "in", partners.ids)])
        taken = partners.filtered("user_ids") | others.partner_id | orders.partner_id
        return newer.filtered(lambda complaint: complaint.partner_id not in taken)

    def _has_field_access(self, field, operation):
        if not super()._has_field_access(field, operation):
            return False
        if self.env.su or self.env.user._is_internal():
            return True
        return field.name in PORTAL_FIELDS or any(
            field.name in self.env[mixin]._fields for mixin in PORTAL_MIXINS
        )

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for complaint in self:
            complaint.access_url = f"/my/complaints/{complaint.id}"
        return result

    def _customer_confirms(self, author=None):
        """Note that the customer is content with the solution.

        :param author: the contact who says so; none for whoever filed it without an account
        """
        self.ensure_one()
        self._check_solution_is_given()
        if self.confirmed_date:
            return
        self.confirmed_date = fields.Datetime.now()
        # A note, not a message: a customer's word would open the complaint again.
        self._message_log(
            body=self.env._("The customer confirmed the solution."),
            **self._prepare_author_values(author),
        )

    def _customer_contests(self, reason, author=None):
        """Open the complaint again because the customer says that nothing is solved.

        :param reason: what is still wrong, as plain text
        """
        self.ensure_one()
        self._check_solution_is_given()
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Please tell us what is still wrong."))
        if not self._may_reopen_at(fields.Datetime.now()):
            raise UserError(
                self.env._("This was closed too long ago to be opened again. Write to us below.")
            )
        self._reopen(self.env._("The customer is not content with the solution."))
        self._post_word_of_customer(plaintext2html(reason), author)

    def message_post(self, **kwargs):
        """Let customers write to those who deal with it, and mail nobody else in our name."""
        if self.env.user.share and not self.env.su:
            kwargs = {name: kwargs[name] for name in CUSTOMER_MESSAGE_PARAMS & set(kwargs)}
            kwargs["message_type"] = "comment"
        if self.env.user.share and kwargs.get("message_type") == "comment":
            kwargs.setdefault("subtype_xmlid", "mail.mt_comment")
        return super().message_post(**kwargs)

    def _get_allowed_message_params(self):
        """What customers write on the page are messages: neither notes, SMS nor letters."""
        allowed = super()._get_allowed_message_params()
        return allowed - {"message_type", "subtype_xmlid"} if self.env.user.share else allowed

    def _post_word_of_customer(self, body, author=None, **values):
        """Post what the customer wrote on his page or in a form."""
        self.ensure_one()
        return self.message_post(
            body=body,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            **self._prepare_author_values(author),
            **values,
        )

    def _post_files_of_customer(self, files, author=None):
        """Show the files that came with a form, [(name, content)], beside the answers."""
        if files:
            # Followers are told of the complaint itself.
            self._post_word_of_customer("", author, attachments=files, notify_skip_followers=True)

    def _check_solution_is_given(self):
        if not self.is_closed:
            raise UserError(
                self.env._("We are still working on this. Write to us below, if you like.")
            )

    def _prepare_author_values(self, author):
        """The author of a message: the contact, or else the name and address as they were given.

        An address that somebody typed into a public form does not make him the contact who has it.
        """
        if author:
            return {"author_id": author.id, "email_from": author.email_formatted}
        # Somebody without an address is answered to by the company's.
        email = email_normalize(self.email) or email_normalize(self.company_id.email)
        name = self.partner_name or self.number
        return {"author_id": False, "email_from": formataddr((name, email or ""))}

    def _message_compute_author(self, author_id=None, email_from=None):
        """Visitors who hold the link of a complaint write as the person who filed it."""
        if self and author_id is None and email_from is None and self.env.user._is_public():
            values = self.sudo()._prepare_author_values(self.env["res.partner"])
            return values["author_id"], values["email_from"]
        return super()._message_compute_author(author_id, email_from)

    def _is_word_of_customer(self, message, msg_values):
        """What is written on the page by somebody who gave no address is his word, too."""
        if super()._is_word_of_customer(message, msg_values):
            return True
        by_visitor = message.message_type == "comment" and not (
            message.author_id or message.author_guest_id
        )
        is_empty = is_html_empty(message.body) and not message.attachment_ids
        return by_visitor and not message.subtype_id.internal and not is_empty

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        """Give the button of the mail to whoever filed it without being a contact, too."""
        groups = super()._notify_get_recipients_groups(
            message, model_description, msg_vals=msg_vals
        )
        writer = email_normalize(self.email) if self and not self.partner_id else False
        if not writer:
            return groups
        # sudo: who may write to a customer may send him his link
        link_values = {**(msg_vals or {}), "access_token": self.sudo()._portal_ensure_token()}
        button = {"url": self._notify_get_action_link("view", **link_values)}
        group = (
            "complaint_writer",
            lambda pdata: pdata["email_normalized"] == writer and pdata["type"] != "user",
            {"active": True, "button_access": button, "has_button_access": True},
        )
        return [group, *groups]

    def _get_rating_url(self, rate):
        """The page on which the customer rates how it was dealt with, once it is closed.

        A complaint is rated once; the rating can be changed afterwards.
        """
        self.ensure_one()
        self._check_solution_is_given()
        if rate not in self._get_portal_rates():
            raise UserError(self.env._("Please choose one of the three faces."))
        # sudo: customers hold the token of a rating, not rights on it
        token = self.sudo()._get_portal_rating().access_token or self._rating_get_access_token()
        return f"/rate/{token}/{rate}"

    @api.model
    def _get_portal_rates(self):
        """The three faces of Odoo's rating page: {value: name}."""
        return {"5": self.env._("Happy"), "3": self.env._("Neutral"), "1": self.env._("Unhappy")}

    def _get_portal_rating(self):
        """The rating that its customer gave, if any."""
        self.ensure_one()
        return self.rating_ids.filtered("consumed")[:1]

    def _is_of_same_customer(self, other):
        """Whether whoever holds the link of one may have that of the other.

        The same address tells nothing: anybody can type it into the public form.
        """
        self.ensure_one()
        customer = self.commercial_partner_id
        return bool(customer) and customer == other.commercial_partner_id

    @api.model
    def _get_portal_notice(self, done):
        """What the page says after the customer did something."""
        return {
            "confirmed": self.env._("Thank you. We are glad that it is solved."),
            "contested": self.env._("Thank you for telling us. We have opened it again."),
            "filed": self.env._("Thank you. We have received it and will answer here."),
        }.get(done)

    def _get_portal_timeline(self):
        """What the customer may know of its way, oldest first: [{"date", "label"}].

        The date of the last entry is empty when nothing recorded it.
        """
        self.ensure_one()
        entries = [{"date": self.received_date, "label": self.env._("Received")}]
        # sudo: customers read no tracking values
        changes = (
            self.env["mail.tracking.value"]
            .sudo()
            .search(
                [
                    ("mail_message_id.model", "=", self._name),
                    ("mail_message_id.res_id", "=", self.id),
                    ("field_id", "=", self.env["ir.model.fields"]._get(self._name, "stage_id").id),
                ],
                order="id",
            )
        )
        stages = self.stage_id.sudo().browse(changes.mapped("new_value_integer")).exists()
        names = {stage.id: stage._get_portal_name() for stage in stages}
        entries += [
            {
                "date": change.create_date,
                "label": names.get(change.new_value_integer) or change.new_value_char,
            }
            for change in changes
        ]
        name = self.stage_id.sudo()._get_portal_name()
        if name and name != entries[-1]["label"]:
            entries.append({"date": False, "label": name})
        if self.confirmed_date:
            entries.append({"date": self.confirmed_date, "label": self.env._("Confirmed by you")})
        return entries
