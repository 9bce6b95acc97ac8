from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import formataddr, plaintext2html

from odoo.addons.rating.models.rating_data import RATING_LIMIT_OK


class CrmComplaint(models.Model):
    """What the customer thinks of how he was answered."""

    _inherit = "crm.complaint"  # pylint: disable=consider-merging-classes-inherited

    def action_view_ratings(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("rating.rating_rating_action")
        return {
            **action,
            "domain": [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("consumed", "=", True),
            ],
            "context": {},
        }

    def _rating_get_parent_field_name(self):
        return "team_id"

    def rating_apply(self, rate, token=None, rating=None, feedback=None, **kwargs):
        """Take the customer's rating, the first one or another one by the same link.

        A bad rating is told to those in charge. With a comment it is a word of the customer like
        any other: it waits for an answer.
        """
        self.ensure_one()
        if token and not rating:
            rating = self.env["rating.rating"].search([("access_token", "=", token)], limit=1)
        if not rating or (rating.res_model, rating.res_id) != (self._name, self.id):
            raise UserError(
                self.env._("This link does not belong to %s. Ask for a new one.", self.number)
            )
        before = (rating.rating, rating.feedback or "") if rating.consumed else None
        rating = super().rating_apply(rate, rating=rating, feedback=feedback, **kwargs)
        is_new = before != (rating.rating, rating.feedback or "")
        if is_new and rating.rating < RATING_LIMIT_OK:
            self._tell_bad_rating(rating)
            if (rating.feedback or "").strip():
                # sudo: whoever may rate is followed up
                self.sudo()._customer_spoke(fields.Datetime.now(), rating.message_id)
        return rating

    def _tell_bad_rating(self, rating):
        """Tell the responsible and the team leader, each in his language."""
        for user in self.user_id | self.team_id.user_id:
            complaint = self.with_context(lang=user.lang)
            complaint.message_notify(
                author_id=self.env.ref("base.partner_root").id,
                partner_ids=user.partner_id.ids,
                subject=complaint.env._("Bad rating of %s", complaint.display_name),
                body=complaint.env._("The customer is not satisfied with the answer.")
                + plaintext2html(rating.feedback or ""),
                force_email_lang=user.lang,
            )

    def message_post(self, **kwargs):
        if kwargs.get("rating_id") and not kwargs.get("author_id"):
            # Rated by somebody who was no contact when he was asked. The session's user, a
            # visitor or a colleague, is not the author.
            address = formataddr((self.partner_name or "", self.email or ""))
            kwargs.update(author_id=self.partner_id.id, email_from=address)
        return super().message_post(**kwargs)

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        if rating_id := msg_values.get("rating_id"):
            # Core links the messages of contacts only. The next rating by the same link replaces
            # this message. sudo: the link was checked before.
            self.env["rating.rating"].sudo().browse(rating_id).message_id = message
        return result

    def _get_allowed_message_params(self):
        """Rate by the link sent on closing only, once, not with each message in the portal."""
        return super()._get_allowed_message_params() - {"rating_value"}

    def _track_post_template_finalize(self):
        """Mails on creation: see `_track_template`."""
        created = self.with_context(complaint_just_created=True)
        return super(CrmComplaint, created)._track_post_template_finalize()

    def _track_template(self, changes):
        """Tell nobody of the end of complaints that were filed as closed."""
        templates = super()._track_template(changes)
        filed_closed = self.env.context.get("complaint_just_created") and self[:1].is_closed
        if filed_closed or self.env.context.get("import_file"):
            templates.pop("stage_id", None)
        return templates
