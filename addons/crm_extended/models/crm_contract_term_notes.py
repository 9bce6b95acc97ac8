from odoo import models
from odoo.tools import format_date


class CrmContractTerm(models.Model):
    """What the chatter of a contract says when one of its terms is closed or opened."""

    _inherit = "crm.contract.term"  # pylint: disable=consider-merging-classes-inherited

    def _get_closed_note(self, state, due_date, reason=None):
        """The note that the term has been met or waived by hand.

        :param due_date: of the period that was closed, where another one has opened
        """
        self.ensure_one()
        values = {"term": self.name, "reason": reason}
        if due_date:
            values["due"] = format_date(self.env, due_date)
            values["next"] = format_date(self.env, self.due_date)
            if state == "met":
                return self._get_period_notes(**values)["met"]
            return self.env._(
                "Term “%(term)s” due on %(due)s has been waived: %(reason)s. It is due again on "
                "%(next)s.",
                **values,
            )
        if state == "met":
            return self._get_state_notes(self.due_date)["met"]
        return self.env._("Term “%(term)s” has been waived: %(reason)s", **values)

    def _get_outcome_note(self, outcome):
        """What the chatter of the contract says of an evaluation that changed the term."""
        self.ensure_one()
        values = {
            "term": self.name,
            "due": format_date(self.env, self.due_date) if self.due_date else "",
            "next": format_date(self.env, outcome.next_due_date) if outcome.next_due_date else "",
        }
        if not outcome.closed:
            return self._get_state_notes(self.due_date)[outcome.state]
        if len(outcome.closed) > 1:
            note = self.env._(
                "Term “%(term)s”: %(count)s periods are over, %(breached)s of them breached; it is "
                "due again on %(next)s.",
                count=len(outcome.closed),
                breached=sum(row["state"] == "breached" for row in outcome.closed),
                **values,
            )
        else:
            note = self._get_period_notes(**values)[outcome.closed[0]["state"]]
        if outcome.state == "pending":
            return note
        # The last period the contract has is over as well.
        return f"{note} {self._get_state_notes(outcome.next_due_date)[outcome.state]}"

    def _get_period_notes(self, **values):
        """{state a period was closed in: the note about it}."""
        return {
            "met": self.env._(
                "Term “%(term)s” due on %(due)s has been met; it is due again on %(next)s.",
                **values,
            ),
            "breached": self.env._(
                "Term “%(term)s” was due on %(due)s and is breached; it is due again on %(next)s.",
                **values,
            ),
            "waived": self.env._(
                "Term “%(term)s” due on %(due)s was waived; it is due again on %(next)s.",
                **values,
            ),
            "pending": self.env._(
                "Term “%(term)s” due on %(due)s could not be measured, for too little happened; "
                "it is due again on %(next)s.",
                **values,
            ),
        }

    def _get_state_notes(self, due_date):
        """{state: the note that the term is in it now}."""
        return {
            "met": self.env._("Term “%s” has been met.", self.name),
            "breached": self.env._(
                "Term “%(term)s” was due on %(due)s and is breached.",
                term=self.name,
                due=format_date(self.env, due_date),
            )
            if due_date
            else self.env._("Term “%s” is breached.", self.name),
            "pending": self.env._("Term “%s” is kept again.", self.name),
        }
