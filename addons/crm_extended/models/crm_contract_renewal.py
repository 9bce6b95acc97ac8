from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.alert_ladder import get_renewed_end
from ..tools.batches import run_in_batches
from .crm_contract import ACTIVE_STATES, MAX_MONTHS


class CrmContract(models.Model):
    """How a contract ends: followed by another one, prolonged, or expired."""

    _inherit = "crm.contract"

    def action_renew_or_prolong(self):
        """Ask how to renew."""
        return self._open_change("follow")

    def action_terminate_with_reason(self):
        """Ask for the reason, and terminate."""
        return self._open_change("terminate")

    def _open_change(self, operation):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_extended.crm_contract_change_action_contracts"
        )
        action["context"] = {
            "active_model": "crm.contract",
            "active_ids": self.ids,
            "default_contract_operation": operation,
            "default_months": self[:1].renewal_months or 12,
        }
        return action

    def action_renew(self):
        """Prepare the following contracts and open them."""
        following = self.browse()
        for contract in self:
            contract._check_renewable()
            following |= contract._prepare_following()
        if len(following) == 1:
            return following.get_formview_action()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_extended.crm_contract_action")
        return {**action, "domain": [("id", "in", following.ids)], "context": {}}

    def _prepare_following(self):
        """Create the contract that follows this one, for as long as it was made for."""
        start = self.date_end + relativedelta(days=1)
        period = (
            relativedelta(months=self.renewal_months)
            if self.renewal_months
            else relativedelta(start, self.date_start)
        )
        return self.copy(
            {
                "previous_id": self.id,
                "date_start": start,
                "date_end": start + period - relativedelta(days=1),
                "term_ids": [
                    fields.Command.create(term._prepare_following_values(start, period))
                    for term in self.term_ids
                ],
            }
        )

    def _prolong_by(self, months):
        """Move the end of contracts in force by some months, whatever their renewal is."""
        if not 1 <= months <= MAX_MONTHS:
            raise UserError(self.env._("Prolong by 1 to %s months.", MAX_MONTHS))
        for contract in self:
            if contract.state not in ACTIVE_STATES:
                raise UserError(
                    self.env._(
                        "The contract %s is not running: renew it instead of prolonging it.",
                        contract.display_name,
                    )
                )
            if not contract.date_end:
                raise UserError(
                    self.env._(
                        "The contract %s is open-ended and needs no renewal.",
                        contract.display_name,
                    )
                )
        old_ends = {contract: contract.date_end for contract in self}
        for contract, old_end in old_ends.items():
            contract.date_end = get_renewed_end(contract.date_start, old_end, months, old_end)
            contract._message_log(
                body=self.env._(
                    "Prolonged: the end date moved from %(old)s to %(new)s.",
                    old=format_date(self.env, old_end),
                    new=format_date(self.env, contract.date_end),
                )
            )
        self.env["crm.contract.prolongation"]._record(old_ends, is_automatic=False)

    def _check_renewable(self):
        self._check_transition("renewed")
        if self.next_ids:
            raise UserError(
                self.env._(
                    "The contract %(contract)s is already followed by %(next)s.",
                    contract=self.display_name,
                    next=self.next_ids.display_name,
                )
            )
        if not self.date_end:
            raise UserError(
                self.env._("The contract %s is open-ended and needs no renewal.", self.display_name)
            )

    def _hand_over(self):
        """Make the contracts renewed, because one that follows them has been started.

        Those that have not ended yet stay in force until then, and so do their terms; only of the
        end itself nobody has to be told any more.
        """
        transitions = self._get_transitions()
        replaced = self.filtered(lambda contract: "renewed" in transitions[contract.state])
        in_force = replaced.filtered(
            lambda contract: (
                contract.state in ACTIVE_STATES
                and contract.date_end
                and contract.date_end >= contract.company_id._get_today()
            )
        )
        (replaced - in_force).write({"state": "renewed"})
        # sudo: it is the system that waives them, whoever starts the following contract
        in_force.sudo().term_ids.filtered(
            lambda term: term.due_on != "date" and term.state == "pending"
        )._waive(self.env._("A following contract has been started."))

    @api.model
    def _get_ended_domain(self):
        """The contracts that still count as active though their end date has passed."""
        ended = Domain.OR(
            Domain("company_id", "in", companies.ids) & Domain("date_end", "<", today)
            for today, companies in self.env["res.company"]._get_companies_by_today().items()
        )
        return Domain("state", "in", ACTIVE_STATES) & ended

    @api.model
    def _cron_update_states(self, batch_size=500):
        """Prolong or close the contracts whose end date has passed.

        :return: False when there was not time enough for all of them
        """
        return run_in_batches(
            self,
            self._get_ended_domain(),
            lambda contracts: contracts._process_end(),
            batch_size=batch_size,
            lock_table="crm_contract_alert",
        )

    def _process_end(self):
        """Prolong, renew or expire contracts past their end.

        Notice stops a tacit renewal: that is what it is given for.
        """
        followed = self.filtered(
            lambda contract: any(
                following.state not in ("draft", "terminated") for following in contract.next_ids
            )
        )
        prolonged = (self - followed).filtered(
            lambda contract: contract.state == "running" and contract.renewal == "automatic"
        )
        expired = self - followed - prolonged
        # Read at once: each write below would otherwise read the terms of its own contract.
        self.term_ids.fetch(["due_on", "due_date", "name", "state"])
        bodies = prolonged._prolong()
        bodies.update(expired._close("expired"))
        bodies.update(followed._close("renewed"))
        self._message_log_batch(bodies)

    def _prolong(self):
        """Move the end by whole renewal periods; return what to log: {contract id: text}."""
        bodies = {}
        self.term_ids._keep_contract_periods()
        old_ends = {contract: contract.date_end for contract in self._in_batch()}
        for contract, old_end in old_ends.items():
            contract.date_end = get_renewed_end(
                contract.date_start,
                old_end,
                contract.renewal_months,
                contract.company_id._get_today(),
            )
            bodies[contract.id] = self.env._(
                "Renewed automatically: the end date moved from %(old)s to %(new)s.",
                old=format_date(self.env, old_end),
                new=format_date(self.env, contract.date_end),
            )
        self.env["crm.contract.prolongation"]._record(old_ends, is_automatic=True)
        self._get_following_terms()._restart_ladder(new_period=True)
        self._withdraw_moved_alerts()
        return bodies

    def _close(self, state):
        """Close contracts past their end; return what to log: {contract id: text}."""
        # Nobody watches the terms of a closed contract, so those due on its last days are now.
        self.term_ids._get_overdue()._evaluate()
        self._in_batch().write({"state": state})
        self._withdraw_alerts_out_of_state()
        return {
            contract.id: self.env._("The end date has passed: the contract has been renewed.")
            if state == "renewed"
            else self.env._("The end date has passed: the contract has expired.")
            for contract in self
        }

    def _in_batch(self):
        """The contracts, logging and restarting terms for a whole batch, not for each write."""
        return self.with_context(mail_notrack=True, crm_contract_terms_later=True)
