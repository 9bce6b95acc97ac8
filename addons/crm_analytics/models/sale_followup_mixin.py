from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .sale_customer_followup import TARGET_FIELDS


class SaleFollowupMixin(models.AbstractModel):
    """Rows of a customer and a product or category that become work: once, whoever asks.

    All selected rows of a customer become one opportunity, one activity or one quotation. The
    model has `company_id`, `partner_id`, `reason` and the field that `_followup_subject` names.
    """

    _name = "sale.followup.mixin"
    _description = "Rows That Become Opportunities, Activities or Quotations"
    _followup_subject = "product_id"
    # More at once would be a campaign, not a day's work.
    _max_followup_rows = 500

    followup_ids = fields.Many2many(
        string="In Work",
        comodel_name="sale.customer.followup",
        compute="_compute_followup_ids",
        search="_search_followup_ids",
        help="What was made from this row and is still open.",
    )

    @api.depends_context("uid")
    def _compute_followup_ids(self):
        Followup = self.env["sale.customer.followup"]
        followups = Followup.search(
            Domain("partner_id", "in", self.partner_id.ids)
            & Domain(self._followup_subject, "in", self[self._followup_subject].ids)
            & Domain("is_open", "=", True)
        )
        by_subject = followups.grouped(lambda followup: followup._get_subject())
        for row in self:
            row.followup_ids = by_subject.get(row._get_subject(), Followup)

    def _search_followup_ids(self, operator, value):
        """Search for rows by their open follow-ups, or for those without any."""
        if operator != "in":
            return NotImplemented
        followup_ids = [followup_id for followup_id in value if followup_id]
        found = self._get_followup_domain(
            SQL("followup.id = ANY(%s)", followup_ids),
            lambda row: bool(set(row.followup_ids.ids) & set(followup_ids)),
        )
        if False in value:
            found |= ~self._get_followup_domain(SQL("TRUE"), lambda row: bool(row.followup_ids))
        return found

    def _get_followup_domain(self, condition, predicate):
        """Return the rows with an open follow-up of which a condition on `followup` holds."""
        Followup = self.env["sale.customer.followup"]
        Followup.flush_model()
        return Domain.custom(
            to_sql=lambda _model, alias, _query: SQL(
                """EXISTS (
                    SELECT FROM sale_customer_followup AS followup
                     WHERE followup.partner_id = %(row)s.partner_id
                       AND followup.company_id = %(row)s.company_id
                       AND followup.%(subject)s = %(row)s.%(subject)s
                       AND %(is_open)s
                       AND %(condition)s
                )""",
                row=SQL.identifier(alias),
                subject=SQL.identifier(self._followup_subject),
                is_open=Followup._get_open_condition(SQL.identifier("followup")),
                condition=condition,
            ),
            predicate=predicate,
        )

    # Actions

    def action_make_opportunities(self):
        """Make an opportunity for each customer of the rows that have none open."""
        return self._make_followups("opportunity")

    def action_make_activities(self):
        """Schedule an activity for each customer of the rows that have none open."""
        return self._make_followups("activity")

    def action_make_quotations(self):
        """Make a quotation for each customer of the rows that have none open."""
        return self._make_followups("quotation")

    def _make_followups(self, kind):
        """Make what is not open yet and open it, or say that there was nothing left to make."""
        self.check_access("read")
        if len(self) > self._max_followup_rows:
            raise UserError(
                self.env._(
                    "Select at most %(count)s rows at a time.", count=self._max_followup_rows
                )
            )
        # A row that was sent twice, or stands in two lists, is one.
        subjects = self.grouped(lambda row: row._get_subject())
        selected = rows = self.browse().union(*(same[0] for same in subjects.values()))
        if kind == "quotation":
            rows -= rows._get_quoted_rows()
        followups = self.env["sale.customer.followup"]._claim(
            kind, [row._get_subject() for row in rows]
        )
        by_subject = followups.grouped(lambda followup: followup._get_subject())
        rows = rows.filtered(lambda row: row._get_subject() in by_subject)
        made = rows._create_targets(kind)
        for row in rows:
            # sudo: follow-ups are written by these actions alone.
            followup = by_subject[row._get_subject()].sudo()
            followup[TARGET_FIELDS[kind]] = made[row.company_id, row.partner_id]
        self.invalidate_recordset(["followup_ids"])
        targets = self.env[followups._fields[TARGET_FIELDS[kind]].comodel_name].union(
            *made.values()
        )
        return self._get_followup_action(kind, targets, len(selected) - len(rows))

    def _create_targets(self, kind):
        """Create what the rows become, one for each customer.

        :return: the records by company and customer
        :rtype: dict
        """
        made = {}
        for company, company_rows in self.grouped("company_id").items():
            rows = company_rows.with_company(company)
            create = {
                "opportunity": rows._create_opportunities,
                "activity": rows._create_activities,
                "quotation": rows._create_quotations,
            }[kind]
            groups = rows.grouped("partner_id")
            targets = create(groups)
            made.update(zip(((company, partner) for partner in groups), targets, strict=True))
        return made

    # Opportunities

    def _create_opportunities(self, groups):
        amounts = self._get_followup_amounts()
        return self.env["crm.lead"].create(
            [
                rows._prepare_opportunity_values(partner)
                | {"expected_revenue": sum(amounts[row.id] for row in rows)}
                for partner, rows in groups.items()
            ]
        )

    def _prepare_opportunity_values(self, partner):
        return {
            "type": "opportunity",
            "name": self.env._("Cross-selling: %(what)s", what=self._get_followup_names()),
            "partner_id": partner.id,
            "company_id": self.company_id.id,
            "user_id": self._get_followup_user(partner).id,
            "description": self._get_followup_note(),
        }

    def _get_followup_amounts(self):
        """Return what each row may bring, by its id: at list price, what is usually taken.

        :param self: rows of one company, in whose currency it is
        """
        lines = self._get_followup_lines()
        company = self.company_id
        today = company._get_today()
        rates = {
            currency: currency._convert(1.0, company.currency_id, company, today, round=False)
            for currency in self.product_id.currency_id
        }
        return {
            row_id: company.currency_id.round(
                product.lst_price * quantity * rates[product.currency_id]
            )
            for row_id, (product, quantity) in lines.items()
        }

    # Activities

    def _create_activities(self, groups):
        activity_type = self.env.ref("mail.mail_activity_data_call", raise_if_not_found=False)
        model = self.env["ir.model"]._get("res.partner")
        return self.env["mail.activity"].create(
            [
                {
                    "activity_type_id": activity_type.id if activity_type else False,
                    "res_model_id": model.id,
                    "res_id": partner.id,
                    "summary": self.env._("Propose %(what)s", what=rows._get_followup_names()),
                    "note": rows._get_followup_note(),
                    "user_id": rows._get_followup_user(partner).id,
                    "date_deadline": rows._get_followup_deadline(),
                }
                for partner, rows in groups.items()
            ]
        )

    def _get_followup_deadline(self):
        """Return the day by which the customer should be called."""
        return fields.Date.context_today(self)

    # Quotations

    def _create_quotations(self, groups):
        lines = self._get_followup_lines()
        self._check_followup_lines(lines)
        return self.env["sale.order"].create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": rows.company_id.id,
                    "user_id": rows._get_followup_user(partner).id,
                    "order_line": [
                        Command.create({"product_id": product.id, "product_uom_qty": quantity})
                        for product, quantity in (lines[row.id] for row in rows)
                    ],
                }
                for partner, rows in groups.items()
            ]
        )

    def _get_followup_lines(self):
        """Return the product and quantity that each row stands for, by the id of the row."""
        # sudo: what the house usually buys, whichever colleague sold it.
        groups = (
            self.env["sale.order.line"]
            .sudo()
            ._read_group(
                [
                    ("company_id", "in", self.company_id.ids),
                    ("state", "=", "sale"),
                    ("order_id.partner_id", "child_of", self.partner_id.ids),
                    ("product_id", "in", self.product_id.ids),
                    ("product_uom_qty", ">", 0),
                ],
                ["order_partner_id", "product_id", "product_uom_id"],
                ["product_uom_qty:sum", "__count"],
            )
        )
        usual = {}
        for partner, product, uom, quantity, count in groups:
            key = (partner.commercial_partner_id.id, product.id)
            taken, times = usual.get(key, (0.0, 0))
            usual[key] = (taken + uom._compute_quantity(quantity, product.uom_id), times + count)
        lines = {}
        for row in self:
            taken, times = usual.get((row.partner_id.id, row.product_id.id), (1.0, 1))
            lines[row.id] = (row.product_id, max(round(taken / times), 1))
        return lines

    def _check_followup_lines(self, lines):
        """Refuse rows of which nothing can be put on a quotation."""
        unsaleable = self.filtered(
            lambda row: (
                row.id not in lines or not lines[row.id][0].active or not lines[row.id][0].sale_ok
            )
        )
        if unsaleable:
            subject = unsaleable[0][self._followup_subject]
            raise UserError(
                self.env._(
                    "%(product)s cannot be sold any more. Leave it out of the selected rows.",
                    product=subject.display_name,
                )
            )

    def _get_quoted_rows(self):
        """Return the rows whose product is on an open quotation of the customer already."""
        if self._followup_subject != "product_id":
            return self.browse()
        # sudo: a colleague's quotation would be a double as well.
        groups = (
            self.env["sale.order.line"]
            .sudo()
            ._read_group(
                [
                    ("company_id", "in", self.company_id.ids),
                    ("state", "in", ("draft", "sent")),
                    ("order_id.partner_id", "child_of", self.partner_id.ids),
                    ("product_id", "in", self.product_id.ids),
                ],
                ["company_id", "order_partner_id", "product_id"],
            )
        )
        quoted = {
            (company.id, partner.commercial_partner_id.id, product.id)
            for company, partner, product in groups
        }
        return self.filtered(
            lambda row: (row.company_id.id, row.partner_id.id, row.product_id.id) in quoted
        )

    # What they have in common

    def _get_subject(self):
        """Return company, customer, product and category ids, as `sale.customer.followup` does."""
        self.ensure_one()
        subject = self[self._followup_subject].id
        by_product = self._followup_subject == "product_id"
        return (
            self.company_id.id,
            self.partner_id.id,
            subject if by_product else None,
            None if by_product else subject,
        )

    def _get_followup_names(self):
        """Return what the rows are about in a few words."""
        labels = self._get_followup_labels()
        names = ", ".join(labels[:3])
        if len(labels) > 3:
            return self.env._("%(names)s and %(count)s more", names=names, count=len(labels) - 3)
        return names

    def _get_followup_labels(self):
        """Return the name of each row's product or category."""
        products = self.product_id.with_context(display_default_code=False)
        return products.mapped("display_name")

    def _get_followup_note(self):
        """Return an HTML list of the rows and their reasons."""
        return Markup("<ul>%s</ul>") % Markup().join(
            Markup("<li>%s: %s</li>") % (row._get_followup_names(), row.reason) for row in self
        )

    def _get_followup_user(self, partner):
        """Return who follows up: the customer's salesperson, or who may only see his own."""
        user = self.env.user
        if partner.user_id.active and user.has_group("sales_team.group_sale_salesman_all_leads"):
            user = partner.user_id
        return user if self.company_id in user.company_ids else self.env.user

    def _get_followup_action(self, kind, targets, left):
        """Open what was made and say how many rows had something open before."""
        if not targets:
            message = {
                "opportunity": self.env._("The selected rows have open opportunities already."),
                "activity": self.env._("The selected rows have open activities already."),
                "quotation": self.env._("The selected rows have open quotations already."),
            }[kind]
            return self._notify("info", message)
        message = {
            "opportunity": self.env._("Opportunities made: %(count)s.", count=len(targets)),
            "activity": self.env._("Activities scheduled: %(count)s.", count=len(targets)),
            "quotation": self.env._("Quotations made: %(count)s.", count=len(targets)),
        }[kind]
        if left:
            message += " " + self.env._("Rows left out, in work already: %(count)s.", count=left)
        return self._notify("success", message, self._get_targets_action(kind, targets))

    def _notify(self, level, message, action=None):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": level,
                "message": message,
                "next": action or {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _get_targets_action(self, kind, targets):
        """Return the action that shows the opportunities or quotations; activities need none."""
        name = {
            "opportunity": "crm.crm_lead_opportunities",
            "quotation": "sale.action_quotations",
        }.get(kind)
        if not name:
            return None
        action = self.env["ir.actions.actions"]._for_xml_id(name)
        action.update(domain=[("id", "in", targets.ids)], context={})
        if len(targets) == 1:
            form = [view for view in action["views"] if view[1] == "form"] or [(False, "form")]
            action.update(views=form, view_mode="form", res_id=targets.id)
        return action
