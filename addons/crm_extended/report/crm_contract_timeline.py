from odoo import api, fields, models
from odoo.tools import SQL


class CrmContractTimeline(models.Model):
    """Every date of a contract in one place: what the calendar and the contract's time line show.

    A view of the database, so that no date is kept twice. The `id` of a row is made of the record
    it comes from and of what it is about, so it stays the same from one reading to the next.
    """

    _name = "crm.contract.timeline"
    _description = "Contract Time Line"
    _auto = False
    _order = "date, id"
    _depends = {
        "crm.contract": [
            "company_id",
            "date_end",
            "date_start",
            "name",
            "notice_date",
            "notice_days",
            "number",
            "partner_id",
            "state",
            "user_id",
        ],
        "crm.contract.term": ["contract_id", "due_date", "name", "state", "user_id"],
        "crm.contract.alert": ["contract_id", "raised_at", "state", "subject", "term_id"],
    }

    contract_id = fields.Many2one(comodel_name="crm.contract", readonly=True)
    contract_state = fields.Selection(related="contract_id.state", string="Contract Status")
    partner_id = fields.Many2one(related="contract_id.partner_id", string="Partner")
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    user_id = fields.Many2one(comodel_name="res.users", string="Responsible", readonly=True)
    term_id = fields.Many2one(comodel_name="crm.contract.term", readonly=True)
    alert_id = fields.Many2one(comodel_name="crm.contract.alert", readonly=True)
    kind = fields.Selection(
        selection=[
            ("start", "Start"),
            ("term", "Term"),
            ("notice", "Notice Date"),
            ("end", "End"),
            ("alert", "Alert"),
        ],
        readonly=True,
    )
    date = fields.Date(readonly=True)
    is_open = fields.Boolean(
        string="Ahead", readonly=True, help="Still to come, of a contract in force."
    )
    term_state = fields.Selection(related="term_id.state", string="Term Status")

    @api.depends("kind", "contract_id.number", "contract_id.name", "term_id.name")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for row in self:
            about = row.term_id.name or kinds.get(row.kind, "")
            row.display_name = f"{row.contract_id.number}: {about}"

    @property
    def _table_query(self):
        parts = [self._select_contract_date(*part) for part in enumerate(self._get_date_columns())]
        return SQL(" UNION ALL ").join([*parts, self._select_terms(), self._select_alerts()])

    @api.model
    def _get_date_columns(self):
        return [
            ("start", SQL("contract.date_start"), SQL("TRUE")),
            ("notice", SQL("contract.notice_date"), SQL("contract.notice_days > 0")),
            ("end", SQL("contract.date_end"), SQL("TRUE")),
        ]

    @api.model
    def _select_contract_date(self, position, column):
        kind, date, condition = column
        return SQL(
            """
            SELECT contract.id::bigint * 8 + %(position)s AS id,
                   contract.id AS contract_id,
                   contract.company_id,
                   contract.user_id,
                   NULL::integer AS term_id,
                   NULL::integer AS alert_id,
                   %(kind)s AS kind,
                   %(date)s AS date,
                   contract.state IN ('running', 'notice') AND %(kind)s != 'start' AS is_open
              FROM crm_contract contract
             WHERE %(date)s IS NOT NULL AND %(condition)s
            """,
            position=position,
            kind=kind,
            date=date,
            condition=condition,
        )

    @api.model
    def _select_terms(self):
        return SQL(
            """
            SELECT term.id::bigint * 8 + 3,
                   term.contract_id,
                   term.company_id,
                   COALESCE(term.user_id, contract.user_id),
                   term.id,
                   NULL::integer,
                   'term',
                   term.due_date,
                   contract.state IN ('running', 'notice') AND term.state = 'pending'
              FROM crm_contract_term term
              JOIN crm_contract contract ON contract.id = term.contract_id
             WHERE term.due_date IS NOT NULL
            """
        )

    @api.model
    def _select_alerts(self):
        return SQL(
            """
            SELECT alert.id::bigint * 8 + 4,
                   alert.contract_id,
                   alert.company_id,
                   contract.user_id,
                   alert.term_id,
                   alert.id,
                   'alert',
                   alert.raised_at::date,
                   FALSE
              FROM crm_contract_alert alert
              JOIN crm_contract contract ON contract.id = alert.contract_id
            """
        )

    def action_open(self):
        """Open the contract the date belongs to."""
        self.ensure_one()
        return self.contract_id.get_formview_action()
