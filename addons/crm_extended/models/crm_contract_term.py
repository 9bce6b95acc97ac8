from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ..tools.alert_ladder import get_next_due_date

# The states a term may go to, from each of its states.
TRANSITIONS = {
    "pending": {"met", "breached", "waived"},
    "breached": {"pending", "met", "waived"},
    "met": {"pending"},
    "waived": {"pending"},
}


class CrmContractTerm(models.Model):
    _name = "crm.contract.term"
    _description = "Contract Term"
    _inherit = ["crm.transition.mixin"]
    _order = "due_date, id"
    _check_company_auto = True

    contract_id = fields.Many2one(
        comodel_name="crm.contract",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="contract_id.partner_id")
    contract_state = fields.Selection(related="contract_id.state", string="Contract Status")
    name = fields.Char(string="Term", required=True)
    kind = fields.Selection(
        selection=[
            ("date", "Date"),
            ("payment", "Payment"),
            ("volume", "Volume"),
            ("delivery", "Delivery"),
            ("price_review", "Price Review"),
            ("document", "Document"),
            ("other", "Other"),
        ],
        required=True,
        default="date",
    )
    due_on = fields.Selection(
        selection=[
            ("date", "Fixed Date"),
            ("notice", "Notice Date"),
            ("end", "Contract End"),
        ],
        required=True,
        default="date",
        help="Notice Date and Contract End follow the contract, also when it is renewed.",
    )
    due_date = fields.Date(
        compute="_compute_due_date",
        store=True,
        readonly=False,
        help="Without a due date there are no alerts.",
    )
    recurrence_months = fields.Integer(
        string="Repeat Every (Months)",
        help="The term is due again after this number of months, whether it was met or not. "
        "0: it is due once.",
    )
    recurrence_day = fields.Integer(
        help="Day of the month the due date was set to; shorter months do not change it."
    )
    target = fields.Float(help="What was agreed: days, an amount or a quantity, as the kind says.")
    actual = fields.Float(
        copy=False, help="What has been reached so far, in the unit of the target."
    )
    state = fields.Selection(
        selection=[
            ("pending", "Pending"),
            ("met", "Met"),
            ("breached", "Breached"),
            ("waived", "Waived"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="pending",
        index=True,
    )
    waive_reason = fields.Char(readonly=True, copy=False)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Gets the alerts of this term.",
    )
    _recurrence_months_in_range = models.Constraint(
        "CHECK (recurrence_months BETWEEN 0 AND 1200)",
        "A term can repeat every 1 to 1200 months; 0 means that it does not repeat.",
    )
    # Years that are typing errors would end in dates that cannot be computed with.
    _due_date_in_calendar = models.Constraint(
        "CHECK (due_date >= '1900-01-01' AND due_date < '3000-01-01')",
        "A term is due between the years 1900 and 2999: correct its due date.",
    )

    @api.depends("due_on", "contract_id.date_end", "contract_id.notice_date")
    def _compute_due_date(self):
        for term in self:
            if term.due_on == "end":
                term.due_date = term.contract_id.date_end
            elif term.due_on == "notice":
                term.due_date = term.contract_id.notice_date
            else:
                term.due_date = term.due_date

    @api.depends("contract_id")
    def _compute_user_id(self):
        for term in self:
            term.user_id = term.user_id or term.contract_id.user_id

    @api.constrains("due_date", "due_on", "contract_id", "state")
    def _check_due_within_contract(self):
        """A term due after the end would never be watched, for the contract has expired by then."""
        for term in self:
            contract = term.contract_id
            if (
                term.state == "pending"
                and term.due_date
                and contract.date_end
                and contract.renewal != "automatic"
                and term.due_date > contract.date_end
            ):
                raise ValidationError(
                    self.env._(
                        "The term “%(term)s” is due on %(due)s, after the end of its contract on "
                        "%(end)s: set an earlier due date or a later end.",
                        term=term.name,
                        due=format_date(self.env, term.due_date),
                        end=format_date(self.env, contract.date_end),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        terms = super().create([self._normalize(vals) for vals in vals_list])
        if waived := terms.filtered(lambda term: term.state == "waived"):
            waived._check_state_rights("waived")
        return terms

    def write(self, vals):
        vals = self._normalize(vals)
        if "contract_id" in vals:
            self._check_same_contract(vals["contract_id"])
        if "state" in vals:
            self._check_state_rights(vals["state"])
            if vals["state"] == "waived" and not (vals.get("waive_reason") or "").strip():
                raise UserError(self.env._("Give the reason: it is kept in the history."))
        # A period that opens leaves what is still to be done about the one before it.
        may_move = self.browse()
        if ("due_date" in vals or "due_on" in vals) and not self._is_opening_periods():
            may_move = self
        due_dates = {term: term.due_date for term in may_move}
        result = super().write(vals)
        if "due_date" in vals:
            following = self.filtered(lambda term: term.due_on != "date")
            self.env.add_to_compute(self._fields["due_date"], following)
        moved = may_move.filtered(lambda term: term.due_date != due_dates[term])
        if moved:
            moved._restart_ladder()
        return result

    def _check_same_contract(self, contract_id):
        """Alerts and closed periods are about the contract the term was agreed on in."""
        for term in self:
            if term.contract_id.id != contract_id:
                raise UserError(
                    self.env._(
                        "The term “%(term)s” stays with the contract %(contract)s: create another "
                        "one in the other contract.",
                        term=term.name,
                        contract=term.contract_id.display_name,
                    )
                )

    def _normalize(self, vals):
        """Return the values with the day of the month of the due date.

        The due date of a term that follows its contract is computed, whatever was given.
        """
        if vals.get("due_on", "date") != "date":
            vals = {key: value for key, value in vals.items() if key != "due_date"}
        if vals.get("due_date") and "recurrence_day" not in vals:
            vals = {**vals, "recurrence_day": fields.Date.to_date(vals["due_date"]).day}
        return vals

    @api.model
    def _get_transitions(self):
        return TRANSITIONS

    # ---------------------------------------------------------------------------------------------
    # Buttons
    # ---------------------------------------------------------------------------------------------
    def action_met(self):
        """Take the terms as met; a recurring one is pending again for its next period."""
        self._check_documents()
        activities = self._get_present_alerts().activity_id.filtered("active")
        closed = self._finish("met")
        if activities:
            activities.action_feedback(feedback=self.env._("The term has been met."))
        self._log_on_contract(
            {term: term._get_closed_note("met", closed.get(term)) for term in self}
        )

    def action_waive(self):
        """Ask for the reason, and waive."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_extended.crm_contract_change_action_terms"
        )
        action["context"] = {
            "active_model": "crm.contract.term",
            "active_ids": self.ids,
            "default_term_operation": "waive",
        }
        return action

    def _waive(self, reason):
        """Give up the claim to these terms, for a reason; only managers may, and the system."""
        self._check_state_rights("waived")
        # Before a next period opens: of that one people are to be told.
        self._get_present_alerts()._withdraw()
        closed = self._finish("waived", reason)
        self._log_on_contract(
            {term: term._get_closed_note("waived", closed.get(term), reason) for term in self}
        )

    def action_reopen(self):
        self.write({"state": "pending", "waive_reason": False})
        self._log_on_contract(
            {term: self.env._("Term “%s” is pending again.", term.name) for term in self}
        )

    def _prepare_following_values(self, start, period):
        """Values of this term in the following contract, which lasts one `period` from `start`.

        A repeating term that is not due in that time is kept without a due date.
        """
        self.ensure_one()
        values = self.copy_data()[0]
        values.pop("contract_id", None)
        if self.due_on != "date":
            values.pop("due_date", None)
        elif self.due_date:
            due_date = self.due_date
            while due_date < start:
                due_date = (
                    get_next_due_date(due_date, self.recurrence_months, self.recurrence_day)
                    if self.recurrence_months
                    else due_date + period
                )
            in_time = due_date < start + period or self.contract_id.renewal == "automatic"
            values["due_date"] = in_time and due_date
        return values

    def _log_on_contract(self, bodies):
        """Log one note on each contract from {term: text}: a term's history is its contract's."""
        notes = {}
        for term, body in bodies.items():
            notes.setdefault(term.contract_id.id, []).append(body)
        self.contract_id._message_log_batch(
            {contract_id: Markup("<br/>").join(lines) for contract_id, lines in notes.items()}
        )
