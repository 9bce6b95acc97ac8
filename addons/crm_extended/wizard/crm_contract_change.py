from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmContractChange(models.TransientModel):
    """Renew, prolong or terminate contracts, or waive or postpone terms: one or many at once."""

    _name = "crm.contract.change"
    _description = "Change Contracts or Terms"

    about = fields.Selection(
        selection=[("contracts", "Contracts"), ("terms", "Terms")], required=True
    )
    contract_ids = fields.Many2many(comodel_name="crm.contract", string="Contracts")
    term_ids = fields.Many2many(comodel_name="crm.contract.term", string="Terms")
    contract_operation = fields.Selection(
        selection=[
            ("follow", "Prepare the following contract"),
            ("prolong", "Prolong"),
            ("terminate", "Terminate"),
        ],
        string="What to Do",
        default="follow",
    )
    term_operation = fields.Selection(
        selection=[("waive", "Waive"), ("postpone", "Postpone")],
        string="What to Do With Terms",
        default="postpone",
    )
    months = fields.Integer(
        default=12, help="Months by which the end of each contract moves, from its present end."
    )
    due_date = fields.Date(string="New Due Date")
    reason = fields.Char(help="Kept in the history of each contract.")

    @api.model
    def default_get(self, fields):
        """Begin with the records the wizard was opened from."""
        values = super().default_get(fields)
        model, ids = self.env.context.get("active_model"), self.env.context.get("active_ids") or []
        if model == "crm.contract" and "contract_ids" not in values:
            values.update(about="contracts", contract_ids=ids)
        elif model == "crm.contract.term" and "term_ids" not in values:
            values.update(about="terms", term_ids=ids)
        elif model == "crm.contract.alert":
            terms = self.env["crm.contract.alert"].browse(ids).term_id
            values.update(about="terms", term_ids=terms.ids)
        return {name: value for name, value in values.items() if name in fields}

    def action_apply(self):
        """Do it to all of the records, or to none where a rule of one of them is against it."""
        self.ensure_one()
        if not (self.contract_ids or self.term_ids):
            raise UserError(self.env._("Choose what to change first."))
        operation = self.contract_operation if self.about == "contracts" else self.term_operation
        if not operation:
            raise UserError(self.env._("Choose what to do first."))
        return getattr(self, f"_apply_{operation}")()

    def _apply_follow(self):
        return self.contract_ids.action_renew()

    def _apply_prolong(self):
        self.contract_ids._prolong_by(self.months)
        self._log_reason(self.contract_ids)

    def _apply_terminate(self):
        self._check_reason()
        self._log_reason(self.contract_ids)
        self.contract_ids.action_terminate()

    def _apply_waive(self):
        if not self.env.user.has_group("crm_extended.group_crm_contract_manager"):
            raise UserError(self.env._("Ask a contract administrator to waive a term."))
        self._check_reason()
        self.term_ids._waive(self.reason)

    def _apply_postpone(self):
        if not self.due_date:
            raise UserError(self.env._("Set the new due date."))
        for term in self.term_ids:
            if term.due_on != "date":
                raise UserError(
                    self.env._(
                        "The term “%s” is due with its contract: prolong the contract instead.",
                        term.name,
                    )
                )
            if term.state not in ("pending", "breached"):
                raise UserError(
                    self.env._("The term “%s” is closed: reopen it to postpone it.", term.name)
                )
        self.term_ids.write({"due_date": self.due_date})
        self._log_reason(self.term_ids.contract_id)

    def _check_reason(self):
        if not (self.reason or "").strip():
            raise UserError(self.env._("Give the reason: it is kept in the history."))

    def _log_reason(self, contracts):
        if not (self.reason or "").strip():
            return
        operation = "contract_operation" if self.about == "contracts" else "term_operation"
        labels = dict(self._fields[operation]._description_selection(self.env))
        body = self.env._(
            "%(operation)s: %(reason)s", operation=labels[self[operation]], reason=self.reason
        )
        contracts._message_log_batch(dict.fromkeys(contracts.ids, body))
