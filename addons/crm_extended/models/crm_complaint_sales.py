from collections import defaultdict

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

SEVERE_PRIORITIES = ("2", "3")
# What decides whether a complaint is severe and open, or is filled in from these fields
SEVERITY_FIELDS = {
    "active",
    "category_id",
    "kind",
    "order_id",
    "partner_id",
    "priority",
    "stage_id",
    "team_id",
}
NAMED_IN_WARNING = 3


class CrmComplaint(models.Model):
    """What sales people learn of a severe complaint while it is open."""

    _inherit = "crm.complaint"  # pylint: disable=consider-merging-classes-inherited

    sales_told_date = fields.Datetime(
        string="Sales Told On",
        readonly=True,
        copy=False,
        help="When the salespersons of the customer's open opportunities were told "
        "that this complaint is severe. They are told once.",
        groups="base.group_user",
    )

    _severe_customer_idx = models.Index(
        "(commercial_partner_id) WHERE active IS TRUE AND kind = 'complaint' "
        "AND priority IN ('2', '3')"
    )

    @api.model_create_multi
    def create(self, vals_list):
        complaints = super().create(vals_list)
        complaints._tell_salespersons()
        return complaints

    def write(self, vals):
        result = super().write(vals)
        if not SEVERITY_FIELDS.isdisjoint(vals):
            self._tell_salespersons()
        return result

    # Which complaints are severe, and whose

    @api.model
    def _get_severe_domain(self):
        """Open complaints that sales people have to know of before they talk to the customer."""
        return (
            Domain("kind", "=", "complaint")
            & Domain("active", "=", True)
            & Domain("priority", "in", SEVERE_PRIORITIES)
            & (Domain("stage_id", "=", False) | Domain("stage_id.is_closed", "!=", True))
        )

    @api.model
    def _get_severe_customers(self):
        """SQL with the ids of the commercial partners that have a severe open complaint.

        It is for the right side of a domain (`("commercial_partner_id", "in", sql)`): however many
        complaints there are, only the database sees their ids. The customers of all companies are
        among them, and so are those of complaints the user may not open.
        """
        # sudo: only whether there is one is told, not what it says
        query = self.sudo()._search(
            self._get_severe_domain()
            & Domain("commercial_partner_id", "!=", False)
            & Domain("commercial_partner_id.is_guest", "=", False)
        )
        return query.subselect(SQL.identifier(self._table, "commercial_partner_id"))

    @api.model
    def _get_severe_complaints(self, customers):
        """Return {commercial partner: its severe open complaints}, as superuser, in one query.

        For colleagues only: a portal user who reads his order learns nothing of priorities.
        """
        customers = customers.commercial_partner_id.filtered(lambda partner: not partner.is_guest)
        # sudo: salespersons are warned also of complaints that only another team may open
        complaints = self.sudo()
        if not customers or not self.env.user._is_internal():
            return defaultdict(complaints.browse)
        complaints = complaints.search_fetch(
            self._get_severe_domain() & Domain("commercial_partner_id", "in", customers.ids),
            ["commercial_partner_id", "company_id", "name", "number", "priority"],
        )
        grouped = complaints.grouped("commercial_partner_id")
        return defaultdict(complaints.browse, grouped)

    def _get_severe_warning(self):
        """One line for each of these complaints: number, priority and subject, no more."""
        priorities = dict(self._fields["priority"]._description_selection(self.env))
        lines = [
            self.env._(
                "Open complaint %(number)s (%(priority)s): %(subject)s",
                number=complaint.number,
                priority=priorities[complaint.priority],
                subject=complaint.name,
            )
            for complaint in self[:NAMED_IN_WARNING]
        ]
        if others := len(self) - len(lines):
            lines.append(
                self.env._("Other severe complaints that are open: %(count)s", count=others)
            )
        return "\n".join(lines)

    # Telling the salespersons

    def _tell_salespersons(self):
        """Tell the salespersons of the customers' open opportunities, once for each complaint.

        A complaint of a customer without opportunities stays untold: should it be reopened when
        there is one, its salesperson hears of it then. Of what other systems loaded as history
        nobody is told.
        """
        if self.env.context.get("complaint_history"):
            return
        # sudo: whoever files a complaint or raises its priority may see no opportunities
        untold = self.sudo().filtered_domain(
            self._get_severe_domain()
            & Domain("sales_told_date", "=", False)
            & Domain("commercial_partner_id.is_guest", "=", False)
        )
        by_customer = untold.filtered("commercial_partner_id").grouped("commercial_partner_id")
        to_tell = {}
        for lead in untold._get_open_opportunities():
            complaints = by_customer[lead.partner_id.commercial_partner_id].filtered(
                lambda complaint, lead=lead: (
                    lead.company_id in (complaint.company_id, complaint.company_id.browse())
                    and complaint.company_id in lead.user_id.company_ids
                )
            )
            if complaints:
                to_tell[lead] = complaints
        if to_tell:
            untold._create_sales_activities(to_tell)
            told = untold.browse().union(*to_tell.values())
            told.sales_told_date = fields.Datetime.now()

    def _get_open_opportunities(self):
        customers = self.commercial_partner_id
        if not customers:
            return self.env["crm.lead"]
        return self.env["crm.lead"].search(
            Domain("type", "=", "opportunity")
            & Domain("won_status", "=", "pending")
            & Domain("user_id.active", "=", True)
            & Domain("partner_id.commercial_partner_id", "in", customers.ids)
        )

    @api.model
    def _create_sales_activities(self, complaints_by_lead):
        leads = self.env["crm.lead"].union(*complaints_by_lead)
        # Activities read the name of their record one by one unless it is there already.
        leads.mapped("display_name")
        model_id = self.env["ir.model"]._get_id("crm.lead")
        activity_type = self.env.ref("mail.mail_activity_data_warning")
        vals_list = [
            {
                "activity_type_id": activity_type.id,
                "automated": True,
                "date_deadline": complaints.company_id[:1]._get_today(),
                "note": complaints._get_sales_note(lead.user_id),
                "res_id": lead.id,
                "res_model_id": model_id,
                "summary": self.with_context(lang=lead.user_id.lang).env._(
                    "The customer has a severe complaint"
                ),
                "user_id": lead.user_id.id,
            }
            for lead, complaints in complaints_by_lead.items()
        ]
        # No mail for each of them: an import may bring thousands, and mails would cost the most.
        Activity = self.env["mail.activity"].with_context(mail_activity_quick_update=True)
        Activity.create(vals_list)

    def _get_sales_note(self, user):
        """Number and subject of these complaints, in the language of the salesperson."""
        env = self.with_context(lang=user.lang).env
        items = Markup().join(
            Markup("<li>%s</li>") % complaint._get_html_link() for complaint in self
        )
        return Markup("<p>%s</p><ul>%s</ul>") % (
            env._("Before you talk to the customer, know what is being done about it:"),
            items,
        )
