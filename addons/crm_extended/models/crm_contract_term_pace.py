from dateutil.relativedelta import relativedelta

from odoo import models


class CrmContractTerm(models.Model):
    """How people are told that a term is off its pace: once in a period, by an alert of its own."""

    _inherit = "crm.contract.term"  # pylint: disable=consider-merging-classes-inherited

    def _tell_behind(self, behind):
        """Alert those of the terms that are behind, and withdraw what has been caught up with."""
        Alert = self.env["crm.contract.alert"]
        keys = {(term.id, term._get_pace_date()) for term in behind}
        told = Alert.search([("term_id", "in", self.ids), ("subject", "=", "pace")])
        told.filtered(lambda alert: (alert.term_id.id, alert.due_date) not in keys)._withdraw()
        known = {(alert.term_id.id, alert.due_date) for alert in told}
        rows = [
            (term, "pace", term._get_pace_date(), 0, "raised", False, None)
            for term in behind
            if (term.id, term._get_pace_date()) not in known
        ]
        Alert._insert_missing(rows)._tell()

    def _get_pace_date(self):
        """The end of the period the pace is about; of a standing term that of the month."""
        self.ensure_one()
        return self.due_date or self.company_id._get_today() + relativedelta(day=31)

    def _get_behind_text(self):
        """By how much the term is off its pace, for the sentence of an alert."""
        self.ensure_one()
        if self._is_in_days():
            late = self._format_number(self.actual - self._get_target())
            return self.env._("late by %s days on average", late)
        gap = self._format_number(abs(self._get_gap()))
        if self.limit_kind == "maximum":
            return self.env._("over by %s", gap)
        return self.env._("behind by %s", gap)
