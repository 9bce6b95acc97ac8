from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import is_html_empty

# What belongs to a complaint by model and id: {model: its field for the model}. A message that is
# scheduled is left out: once posted it goes to the target as any other.
ATTACHED_MODELS = {
    "mail.message": "model",
    "mail.activity": "res_model",
    "ir.attachment": "res_model",
    "calendar.event": "res_model",
    "rating.rating": "res_model",
}
# What would bring a merged complaint back to life
FROZEN_WHEN_MERGED = {"active", "company_id", "stage_id"}


class CrmComplaint(models.Model):
    """Several complaints that turn out to be one."""

    _inherit = "crm.complaint"  # pylint: disable=consider-merging-classes-inherited

    merged_into_id = fields.Many2one(
        comodel_name="crm.complaint",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups="base.group_user",
    )
    merged_numbers = fields.Char(
        readonly=True,
        copy=False,
        index="trigram",
        help="Numbers of the complaints merged into this one, which find it too.",
    )
    merged_ids = fields.One2many(
        comodel_name="crm.complaint",
        inverse_name="merged_into_id",
        string="Merged Complaints",
        context={"active_test": False},
        groups="base.group_user",
    )

    _not_merged_into_itself = models.Constraint(
        "CHECK (merged_into_id != id)", "A complaint cannot be merged into itself."
    )

    def write(self, vals):
        if not FROZEN_WHEN_MERGED.isdisjoint(vals):
            self._check_not_merged()
        return super().write(vals)

    def action_view_merge_target(self):
        self.ensure_one()
        return self._get_merge_target().get_formview_action()

    def _get_merge_target(self):
        """Return the complaint that takes what is meant for this one: itself unless merged."""
        self.ensure_one()
        # sudo: which complaint it went into is kept from customers, who may still write to it
        return self.sudo().merged_into_id.sudo(self.env.su) or self

    def _merge_into(self, target, allow_other_customers=False):
        """Make the complaints of `self` one with `target`, which keeps what belongs to them.

        :param allow_other_customers: also merge what different customers said, for managers
        """
        target.ensure_one()
        complaints = self.with_context(active_test=False)
        complaints._check_merge(target, allow_other_customers)
        # sudo: the rights on all of them have been checked; what belongs to them goes with them
        complaints, target = complaints.sudo(), target.sudo()
        target.write(complaints._prepare_merge_values(target))
        complaints._merge_links(target)
        links = Markup(", ").join(
            each._get_html_link(title=each.display_name) for each in complaints
        )
        target._message_log(body=self.env._("Merged into this one: %s", links))
        target_link = target._get_html_link(title=target.display_name)
        body = self.env._("Merged into %s", target_link)
        complaints._message_log_batch({complaint.id: body for complaint in complaints})
        complaints.merged_ids.write({"merged_into_id": target.id})
        complaints.write({"active": False, "merged_into_id": target.id, "merged_numbers": False})

    def _merge_links(self, target):
        """Give `target` what refers to the complaints of `self`; extend it for further models.

        Called in sudo, before they are archived.
        """
        for model_name, model_field in ATTACHED_MODELS.items():
            attached = self.env[model_name].with_context(active_test=False)
            domain = [(model_field, "=", self._name), ("res_id", "in", self.ids)]
            attached.search(domain).write({"res_id": target.id})
        self._merge_followers(target)

    def _merge_followers(self, target):
        followers = self.env["mail.followers"].search(
            [("res_model", "=", self._name), ("res_id", "in", (self | target).ids)]
        )
        moved = kept = followers.filtered(lambda follower: follower.res_id == target.id)
        by_partner = {follower.partner_id: follower for follower in kept}
        subtypes = {follower: follower.subtype_ids for follower in kept}
        for follower in followers - kept:
            known = by_partner.setdefault(follower.partner_id, follower)
            subtypes[known] = subtypes.get(known, known.subtype_ids) | follower.subtype_ids
            moved |= known
        (followers - moved).unlink()
        (moved - kept).write({"res_id": target.id})
        for wanted, same in moved.grouped(lambda follower: subtypes[follower]).items():
            changed = same.filtered(lambda follower, wanted=wanted: follower.subtype_ids != wanted)
            changed.write({"subtype_ids": [fields.Command.set(wanted.ids)]})

    def _prepare_merge_values(self, target):
        """Return what `target` takes over from the complaints of `self` in its own fields."""
        sources = self.sorted("received_date")
        everything = target | sources
        responses = [date for date in everything.mapped("first_response_date") if date]
        numbers = [target.merged_numbers]
        for source in sources:
            numbers += [source.number, source.merged_numbers]
        values = {
            "received_date": min(everything.mapped("received_date")),
            "first_response_date": min(responses, default=False),
            "merged_numbers": " ".join(filter(None, numbers)),
            # what is proposed by a category or an order must not replace what was decided
            "team_id": target.team_id.id,
            "priority": max(everything.mapped("priority")),
        }
        customer = target.commercial_partner_id or sources.commercial_partner_id[:1]
        givers = target | sources.filtered(
            lambda source: source.commercial_partner_id in (customer, customer.browse())
        )
        for names in self._merge_get_fields():
            giver = next((each for each in givers if any(each[name] for name in names)), target)
            for name in names:
                values[name] = self._fields[name].convert_to_write(giver[name], giver)
        line = givers.order_line_id.filtered(
            lambda line: (
                line.order_id.id == values["order_id"]
                and line.product_id.id == values["product_id"]
            )
        )
        values["order_line_id"] = line[:1].id
        for name in self._merge_get_texts():
            values[name] = sources._join_merged_texts(target, name)
        return values

    def _merge_get_fields(self):
        """Fields that a target takes from the first merged complaint that has a value.

        In groups that are taken together, or not at all where the target has one of them.
        """
        names = (
            *("partner_id", "partner_name", "email", "phone", "email_cc"),
            *("order_id", "product_id", "category_id", "user_id", "cause_id", "outcome"),
        )
        corrective = ("action", "user_id", "due_date", "done_date")
        return [*((name,) for name in names), [f"corrective_{name}" for name in corrective]]

    def _merge_get_texts(self):
        """Texts that are put together, each under the number and subject of its complaint."""
        return ["description", "resolution"]

    def _join_merged_texts(self, target, name):
        parts = [target[name]] if not is_html_empty(target[name]) else []
        for source in self:
            if not is_html_empty(source[name]):
                title = Markup("<p><b>%s</b></p>") % source.display_name
                parts.append(title + source[name])
        return Markup("<hr/>").join(parts) or False

    def _check_merge(self, target, allow_other_customers):
        everything = self | target
        everything.check_access("write")
        if not self:
            raise UserError(self.env._("Choose at least two complaints to merge."))
        if target in self:
            raise UserError(self.env._("%s cannot be merged into itself.", target.display_name))
        everything._check_not_merged()
        if len(everything.company_id) > 1:
            raise UserError(
                self.env._("Complaints of different companies cannot be merged into one.")
            )
        # sudo: the name of a customer tells nothing that the complaint itself does not
        customers = everything.sudo().commercial_partner_id
        if len(customers) < 2:
            return
        names = ", ".join(customers.mapped("display_name"))
        if not allow_other_customers:
            raise UserError(
                self.env._(
                    "These complaints come from different customers (%s), who would read each "
                    "other's messages. A complaint administrator may merge them nevertheless.",
                    names,
                )
            )
        if not self.env.user.has_group("crm_extended.group_crm_complaint_manager"):
            raise AccessError(
                self.env._(
                    "Only a complaint administrator may merge complaints of different customers "
                    "(%s).",
                    names,
                )
            )

    def _check_not_merged(self):
        # sudo: which complaint it went into is kept from customers
        merged = self.sudo().filtered("merged_into_id")[:1]
        if merged:
            raise UserError(
                self.env._(
                    "%(complaint)s was merged into %(target)s and stays closed to changes: "
                    "work with that one.",
                    complaint=merged.display_name,
                    target=merged.merged_into_id.display_name,
                )
            )

    def message_post(self, **kwargs):
        """What is written to a merged complaint, by mail or elsewhere, belongs to its target."""
        target = self._get_merge_target()
        if target != self:
            return target.message_post(**kwargs)
        return super().message_post(**kwargs)

    def message_update(self, msg_dict, update_vals=None):
        target = self._get_merge_target()
        if target != self:
            return target.message_update(msg_dict, update_vals=update_vals)
        return super().message_update(msg_dict, update_vals=update_vals)
