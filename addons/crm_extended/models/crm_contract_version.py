from odoo import api, fields, models


class CrmContractVersion(models.Model):
    """A text of a contract that a later version has superseded, kept as it was."""

    _name = "crm.contract.version"
    _description = "Contract Text Version"
    _order = "contract_id, version desc"
    _rec_name = "version"

    contract_id = fields.Many2one(
        comodel_name="crm.contract", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    version = fields.Integer(required=True, readonly=True, aggregator=None)
    text = fields.Html(readonly=True, required=True)
    approved_by_id = fields.Many2one(comodel_name="res.users", readonly=True, ondelete="restrict")
    approved_on = fields.Datetime(readonly=True)
    superseded_on = fields.Datetime(readonly=True, required=True)
    superseded_by_id = fields.Many2one(
        comodel_name="res.users", required=True, readonly=True, ondelete="restrict"
    )

    _version_uniq = models.Constraint(
        "UNIQUE (contract_id, version)", "This version of the contract's text exists already."
    )

    @api.depends("contract_id.display_name", "version")
    def _compute_display_name(self):
        for version in self:
            version.display_name = self.env._(
                "%(contract)s, version %(version)s",
                contract=version.contract_id.display_name,
                version=version.version,
            )

    def _get_report_base_filename(self):
        self.ensure_one()
        return f"{self.contract_id.number}_{self.version}"
