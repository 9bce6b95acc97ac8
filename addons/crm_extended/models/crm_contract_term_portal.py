from odoo import api, fields, models

PORTAL_FIELDS = {
    "company_id",
    "contract_id",
    "display_name",
    "due_date",
    "id",
    "is_visible_portal",
    "kind",
    "name",
    "recurrence_months",
    "state",
}


class CrmContractTerm(models.Model):
    """What the other party sees of a term in the portal."""

    _inherit = "crm.contract.term"  # pylint: disable=consider-merging-classes-inherited

    is_visible_portal = fields.Boolean(
        string="Visible to Customer",
        help="The customer sees the term in the portal, with its due date, status and document.",
    )

    @api.model
    def _get_portal_fields(self):
        """The names of the fields that customers may read. Meant to be extended."""
        return PORTAL_FIELDS

    @api.model
    def _has_field_access(self, field, operation):
        """Keep from customers every field that is not listed, those of other add-ons included."""
        return super()._has_field_access(field, operation) and (
            self.env.su or self.env.user._is_internal() or field.name in self._get_portal_fields()
        )

    def _get_portal_status(self):
        """Return how far the term is in words for the customer, and a Bootstrap colour."""
        self.ensure_one()
        return {
            "pending": (self.env._("Open"), "light border"),
            "met": (self.env._("Done"), "success"),
            "breached": (self.env._("Overdue"), "warning"),
            "waived": (self.env._("Waived"), "light border"),
        }[self.state]
