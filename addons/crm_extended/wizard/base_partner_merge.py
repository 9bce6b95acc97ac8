from odoo import api, models
from odoo.tools import SQL


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

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Leave out rows the contact that is left has already: core moves all of them or fails."""
        for table, columns in self._get_unique_rows().items():
            same = SQL(" AND ").join(
                SQL(
                    "other.%(column)s IS NOT DISTINCT FROM moved.%(column)s",
                    column=SQL.identifier(column),
                )
                for column in columns
            )
            self.env.cr.execute(
                SQL(
                    """
                    DELETE FROM %(table)s moved
                     USING %(table)s other
                     WHERE moved.partner_id = ANY(%(sources)s)
                       AND %(same)s
                       AND (other.partner_id = %(target)s
                            OR (other.partner_id = ANY(%(sources)s) AND other.id < moved.id))
                    """,
                    table=SQL.identifier(table),
                    same=same,
                    sources=src_partners.ids,
                    target=dst_partner.id,
                )
            )
        return super()._update_foreign_keys(src_partners, dst_partner)

    @api.model
    def _get_unique_rows(self):
        """Tables with one row for a contact and the columns: {table: columns}."""
        return {"crm_segment_member": ["segment_id"]}

    @api.model
    def _update_values(self, src_partners, dst_partner):
        """What a person said last about greetings and offers holds, on whichever contact."""
        answered = (src_partners | dst_partner).filtered("crm_consent_date")
        last = answered.sorted("crm_consent_date")[-1:]
        values = last.read(["crm_consent", "crm_consent_date", "crm_consent_source"])
        result = super()._update_values(src_partners, dst_partner)
        for answer in values:
            answer.pop("id")
            # sudo: the answer is moved as it is, with its date and source
            dst_partner.sudo().write(answer)
        return result
