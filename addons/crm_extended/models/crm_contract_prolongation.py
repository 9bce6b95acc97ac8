from odoo import api, fields, models
from odoo.tools import SQL, format_date


class CrmContractProlongation(models.Model):
    """One move of a contract's end: tacit, or agreed on. A log that nobody writes by hand.

    The contract itself keeps its present end only; renewals are counted from these.
    """

    _name = "crm.contract.prolongation"
    _description = "Contract Prolongation"
    _order = "old_end desc, id desc"

    contract_id = fields.Many2one(
        comodel_name="crm.contract", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    old_end = fields.Date(string="Previous End", required=True, readonly=True)
    new_end = fields.Date(required=True, readonly=True)
    is_automatic = fields.Boolean(
        string="Automatic", readonly=True, help="Renewed itself, as nobody gave notice."
    )

    _old_end_uniq = models.UniqueIndex(
        "(contract_id, old_end)", "The contract has been prolonged from this day already."
    )
    _end_moves_on = models.Constraint(
        "CHECK (new_end > old_end)", "A contract is prolonged to a later day."
    )

    @api.depends("contract_id.display_name", "new_end")
    def _compute_display_name(self):
        for prolongation in self:
            new_end = format_date(self.env, prolongation.new_end)
            prolongation.display_name = f"{prolongation.contract_id.display_name} → {new_end}"

    @api.model
    def _record(self, old_ends, is_automatic):
        """Log {contract: end before} in one query; what is undone and done again counts once."""
        if not old_ends:
            return
        self.env["crm.contract"].flush_model(["company_id", "date_end"])
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_contract_prolongation (
                    contract_id, company_id, old_end, new_end, is_automatic,
                    create_uid, create_date, write_uid, write_date
                )
                SELECT contract.id, contract.company_id, moved.old_end, contract.date_end,
                       %(is_automatic)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM unnest(%(ids)s::integer[], %(old_ends)s::date[]) AS moved (id, old_end)
                  JOIN crm_contract contract ON contract.id = moved.id
                    ON CONFLICT (contract_id, old_end) DO UPDATE
                   SET new_end = EXCLUDED.new_end, is_automatic = EXCLUDED.is_automatic,
                       write_uid = EXCLUDED.write_uid, write_date = EXCLUDED.write_date
                """,
                is_automatic=is_automatic,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                ids=[contract.id for contract in old_ends],
                old_ends=list(old_ends.values()),
            )
        )
        self.invalidate_model()
