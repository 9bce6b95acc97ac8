from odoo import models
from odoo.exceptions import UserError


class CrmContractTerm(models.Model):
    """Who may say that a term is waived, or met without the document it asks for."""

    _inherit = "crm.contract.term"  # pylint: disable=consider-merging-classes-inherited

    def _is_manager(self):
        return self.env.su or self.env.user.has_group("crm_extended.group_crm_contract_manager")

    def _check_state_rights(self, state):
        """Refuse what users may not do, whichever way the state is changed."""
        if state == "waived" and not self._is_manager():
            raise UserError(self.env._("Ask a contract administrator to waive a term."))
        if state == "met":
            self._check_documents()

    def _check_documents(self):
        """A document term is met by its document; only managers can do without."""
        if self._is_manager():
            return
        documents = self.filtered(lambda term: term.kind == "document")
        filed = self._get_with_document(documents.ids)
        for term in documents:
            if term.id not in filed:
                raise UserError(
                    self.env._(
                        "Attach the document of the term “%s” first, or ask a contract "
                        "administrator to take it as met.",
                        term.name,
                    )
                )
