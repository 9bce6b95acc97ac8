from odoo import api, models


class MergePartnerAutomatic(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Give complaints and contracts the company of the contact that is left.

        Core replaces the contact in the database, past what is computed from it.
        """
        # sudo: whoever merges contacts may see only some of what refers to them
        complaints = self._get_of_customers("crm.complaint", partner_ids)
        contracts = self._get_of_customers("crm.contract", partner_ids)
        before = complaints._get_repeat_keys()
        result = super()._merge(partner_ids, dst_partner, extra_checks)
        for records in (complaints, contracts):
            field = records._fields["commercial_partner_id"]
            self.env.add_to_compute(field, records)
            records.modified(["commercial_partner_id"])
        complaints._update_changed_repeats(before)
        return result

    @api.model
    def _get_of_customers(self, model_name, partner_ids):
        records = self.env[model_name].sudo().with_context(active_test=False)
        return records.search([("partner_id", "child_of", partner_ids)])
