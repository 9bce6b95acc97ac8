from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from .crm_complaint_assignment import PRIORITIES

HIGHEST_PRIORITY = max(key for key, _label in PRIORITIES)


class CrmComplaint(models.Model):
    """The same customer with the same trouble again."""

    _inherit = "crm.complaint"  # pylint: disable=consider-merging-classes-inherited

    repeat_of_id = fields.Many2one(
        comodel_name="crm.complaint",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_user",
        help="The last complaint of this customer before it about the same product or cause.",
    )
    recurrence_count = fields.Integer(
        string="Recurrences",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="How many complaints of this customer about the same product or cause came before it, "
        "within the days set in the settings.",
    )
    is_repeat_raised = fields.Boolean(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Its priority was raised and the team leader told because it is a repeat: done once.",
    )
    repeat_count = fields.Integer(
        string="Repeats",
        compute="_compute_repeat_count",
        groups="base.group_user",
        help="The other complaints of the chain of repeats that this one belongs to.",
    )

    # What came shortly before a complaint of the same customer
    _repeat_idx = models.Index(
        "(commercial_partner_id, received_date) "
        "WHERE commercial_partner_id IS NOT NULL AND kind = 'complaint'"
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_repeat_count(self):
        """As many as the user is shown: those of other teams are not his to open."""
        chains = self._get_repeat_chains()
        shown = self.with_context(active_test=False).search(
            [("id", "in", set().union(*chains.values()))]
        )
        shown_ids = set(shown._ids)
        for complaint in self:
            chain = chains.get(complaint._origin.id, set()) & shown_ids
            complaint.repeat_count = len(chain - {complaint._origin.id})

    def _compute_priority(self):
        """A repeat keeps the priority it was raised to when its category proposes a lower one."""
        raised = {each: each.priority for each in self if each.is_repeat_raised}
        result = super()._compute_priority()
        for complaint, priority in raised.items():
            complaint.priority = max(complaint.priority, priority)
        return result

    @api.model_create_multi
    def create(self, vals_list):
        complaints = super().create(vals_list)
        complaints._update_repeats(complaints._get_repeat_keys().values())
        return complaints

    def write(self, vals):
        before = self._get_repeat_keys()
        result = super().write(vals)
        self._update_changed_repeats(before)
        return result

    def unlink(self):
        keys = self._get_repeat_keys().values()
        result = super().unlink()
        self.browse()._update_repeats(keys)
        return result

    def action_view_repeats(self):
        """Open the chain of repeats this complaint belongs to, with itself."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_extended.crm_complaint_action_from_record"
        )
        chain = self._get_repeat_chains().get(self.id, self.ids)
        action["domain"] = [("id", "in", sorted(chain))]
        action["context"] = {"active_test": False, "create": False}
        return action

    def _get_repeat_keys(self):
        """Return what decides whether a complaint is a repeat: {id: (customer, date, ...)}."""
        # sudo: also when a customer's word, or a colleague of another team, changes a complaint
        return {
            complaint.id: (
                complaint.commercial_partner_id.id,
                complaint.received_date,
                complaint.company_id.id,
                complaint.product_id.id,
                complaint.cause_id.id,
                complaint.kind,
                complaint.merged_into_id.id,
                complaint.partner_id.is_guest or complaint.commercial_partner_id.is_guest,
            )
            for complaint in self.sudo()
        }

    def _update_changed_repeats(self, before):
        """Update what follows from changes since `_get_repeat_keys` returned `before`."""
        after = self._get_repeat_keys()
        changed = self.filtered(lambda complaint: before[complaint.id] != after[complaint.id])
        changed._update_repeats(
            [keys[complaint_id] for keys in (before, after) for complaint_id in changed.ids]
        )

    def _update_repeats(self, keys):
        """Count repeats anew for `self` and for what may be a repeat of it, then raise new ones.

        :param keys: what the complaints of `self` were and are, as `_get_repeat_keys` returns it
        """
        customer_ids = {customer_id for customer_id, *_rest in keys if customer_id}
        if not self and not customer_ids:
            return
        dates = [date for _customer_id, date, *_rest in keys if date] or [False]
        # In the name of nobody: whoever files a complaint did not raise its priority.
        system = self.with_user(SUPERUSER_ID)
        changed = system._write_repeats(list(customer_ids), min(dates), max(dates))
        (system | changed)._raise_repeats()
        corrected = changed.filtered(lambda each: each.is_repeat_raised and not each.repeat_of_id)
        body = self.env._("No longer a repeat. Its priority was left as it is.")
        corrected._message_log_batch({complaint.id: body for complaint in corrected})

    def _write_repeats(self, customer_ids, first_date, last_date):
        """Write what is a repeat of what: for `self`, and for the complaints of these customers
        received between these dates or so soon after that they may be repeats of such a one.

        Guests are many people under one name, and a merged complaint is told by its target.

        :return: the complaints for which this has changed
        """
        self.flush_model()
        self.env["res.company"].flush_model(["complaint_repeat_days"])
        self.env["res.partner"].flush_model(["is_guest"])
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE crm_complaint complaint
                   SET recurrence_count = found.recurrence_count,
                       repeat_of_id = found.repeat_of_id
                  FROM (
                    SELECT current.id, previous.recurrence_count, previous.repeat_of_id
                      FROM crm_complaint current
                      JOIN res_company company ON company.id = current.company_id
                CROSS JOIN LATERAL (
                        SELECT count(*) AS recurrence_count,
                               (array_agg(earlier.id
                                ORDER BY earlier.received_date DESC, earlier.id DESC))[1]
                               AS repeat_of_id
                          FROM crm_complaint earlier
                          JOIN res_partner customer ON customer.id = earlier.commercial_partner_id
                          JOIN res_partner contact ON contact.id = earlier.partner_id
                          JOIN res_partner complainer ON complainer.id = current.partner_id
                         WHERE earlier.commercial_partner_id = current.commercial_partner_id
                           AND earlier.company_id = current.company_id
                           AND earlier.kind = 'complaint' AND current.kind = 'complaint'
                           AND earlier.merged_into_id IS NULL AND current.merged_into_id IS NULL
                           AND (earlier.product_id = current.product_id
                             OR earlier.cause_id = current.cause_id)
                           AND customer.is_guest IS NOT TRUE
                           AND contact.is_guest IS NOT TRUE
                           AND complainer.is_guest IS NOT TRUE
                           AND company.complaint_repeat_days > 0
                           AND earlier.received_date >= current.received_date
                             - make_interval(days => company.complaint_repeat_days)
                           AND (earlier.received_date, earlier.id)
                             < (current.received_date, current.id)
                       ) previous
                     WHERE current.id = ANY(%(ids)s)
                        OR current.commercial_partner_id = ANY(%(customer_ids)s)
                           AND current.kind = 'complaint'
                           AND current.received_date >= %(first_date)s
                           AND current.received_date <= %(last_date)s
                             + make_interval(days => company.complaint_repeat_days)
                       ) found
                 WHERE complaint.id = found.id
                   AND (coalesce(complaint.recurrence_count, 0), complaint.repeat_of_id)
                       IS DISTINCT FROM (found.recurrence_count, found.repeat_of_id)
             RETURNING complaint.id
                """,
                ids=self.ids,
                customer_ids=customer_ids,
                first_date=first_date,
                last_date=last_date,
            )
        )
        changed = self.browse([complaint_id for (complaint_id,) in rows])
        names = ["recurrence_count", "repeat_of_id"]
        changed.invalidate_recordset(names, flush=False)
        changed.modified(names)
        return changed

    def _raise_repeats(self):
        """Raise the priority of new repeats by one step, and show them to the team leader, once."""
        repeats = self.filtered(
            lambda each: each.recurrence_count and not each.is_repeat_raised and not each.is_closed
        )
        if not repeats:
            return
        for priority, complaints in repeats.grouped("priority").items():
            raised = min(str(int(priority) + 1), HIGHEST_PRIORITY)
            complaints.write({"priority": raised, "is_repeat_raised": True})
        repeats._message_log_batch({each.id: each._get_repeat_note() for each in repeats})
        repeats._plan_activities(
            "crm_extended.mail_activity_type_complaint_repeat",
            {complaint: complaint.team_id.user_id for complaint in repeats},
            self.env._("Repeated complaint of the same customer"),
        )

    def _get_repeat_note(self):
        self.ensure_one()
        return self.env._(
            "Repeat of %(complaint)s: the same customer and the same product or cause, "
            "%(count)s before it. Its priority was raised.",
            complaint=self.repeat_of_id._get_html_link(title=self.repeat_of_id.number),
            count=self.recurrence_count,
        )

    def _get_repeat_chains(self):
        """Return the chain of repeats each complaint belongs to, with itself: {id: {ids}}."""
        self.flush_model(["repeat_of_id"])
        rows = self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE chain (start_id, id, repeat_of_id) AS (
                    SELECT id, id, repeat_of_id FROM crm_complaint WHERE id = ANY(%s)
                     UNION
                    SELECT chain.start_id, linked.id, linked.repeat_of_id
                      FROM chain
                      JOIN crm_complaint linked
                        ON linked.id = chain.repeat_of_id OR linked.repeat_of_id = chain.id
                )
                SELECT start_id, array_agg(id) FROM chain GROUP BY start_id
                """,
                self._origin.ids,
            )
        )
        return {start_id: set(ids) for start_id, ids in rows}
