from odoo import fields, models


class CrmKpiDay(models.Model):
    """The parts of a KPI added up by day and by whose they are, so that years are read at once.

    Nobody reads these rows by themselves: ``crm.kpi`` reads them with the record rules of the
    documents they were made of (see ``crm_kpi_reading``), and reads the documents instead of the
    days that ``crm.kpi.stale`` names.
    """

    _name = "crm.kpi.day"
    _description = "KPI by Day"
    _log_access = False
    _order = "kpi_id, date, id"

    kpi_id = fields.Many2one(
        comodel_name="crm.kpi",
        required=True,
        ondelete="cascade",
    )
    date = fields.Date(required=True)
    company_id = fields.Many2one(comodel_name="res.company", ondelete="cascade")
    user_id = fields.Many2one(comodel_name="res.users", ondelete="cascade")
    team_id = fields.Many2one(comodel_name="crm.team", ondelete="cascade")
    country_id = fields.Many2one(comodel_name="res.country", ondelete="cascade")
    state_id = fields.Many2one(comodel_name="res.country.state", ondelete="cascade")
    currency_id = fields.Many2one(
        comodel_name="res.currency",
        ondelete="cascade",
        help="What the total is counted in, as on the documents; nothing where it is no money.",
    )
    total = fields.Float()
    count = fields.Integer()

    _kpi_date_idx = models.Index("(kpi_id, date)")
