from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date


class CrmContractTermPeriod(models.Model):
    """A period of a recurring term that is over, as it was closed.

    Rows are written when the next period opens, by `_record`, and never by people: these say only
    that what was missed has been done after all.
    """

    _name = "crm.contract.term.period"
    _description = "Closed Period of a Contract Term"
    _order = "due_date desc, id desc"

    term_id = fields.Many2one(
        comodel_name="crm.contract.term",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    contract_id = fields.Many2one(
        comodel_name="crm.contract",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    period_start = fields.Date(readonly=True)
    due_date = fields.Date(required=True, readonly=True)
    target = fields.Float(readonly=True)
    actual = fields.Float(readonly=True)
    actual_count = fields.Integer(
        string="Rests On", readonly=True, help="The invoices or deliveries that were measured."
    )
    state = fields.Selection(
        selection=[
            ("pending", "Not Measured"),
            ("met", "Met"),
            ("breached", "Breached"),
            ("waived", "Waived"),
        ],
        required=True,
        readonly=True,
        help="Not Measured: there were too few invoices or deliveries to judge by.",
    )
    waive_reason = fields.Char(string="Reason", readonly=True)
    closed_on = fields.Date(readonly=True)
    document_file = fields.Binary(string="Document", readonly=True, attachment=True)
    document_file_name = fields.Char(readonly=True)

    _term_due_date_uniq = models.UniqueIndex(
        "(term_id, due_date)", "This period of the term has been closed already."
    )

    @api.depends("term_id.name", "due_date")
    def _compute_display_name(self):
        for period in self:
            due_date = format_date(self.env, period.due_date)
            period.display_name = f"{period.term_id.name} {due_date}"

    def action_met(self):
        """Note that what was missed has been done after all, so that nobody is told again."""
        for period in self:
            if period.state not in ("breached", "pending"):
                raise UserError(
                    self.env._("“%s” has been dealt with already.", period.display_name)
                )
        self.term_id.check_access("write")
        # sudo: rows are history that nobody may write; who may write the term may say this of it
        periods = self.sudo()
        periods.write({"state": "met", "closed_on": fields.Date.context_today(self)})
        due = {(period.term_id, period.due_date) for period in periods}
        periods.term_id.alert_ids.filtered(
            lambda alert: (alert.term_id, alert.due_date) in due
        )._withdraw()
        self.term_id._log_on_contract(
            {
                period.term_id: self.env._(
                    "Term “%(term)s” due on %(due)s has been met late.",
                    term=period.term_id.name,
                    due=format_date(self.env, period.due_date),
                )
                for period in self
            }
        )

    @api.model
    def _record(self, rows):
        """Keep closed periods, in one query however many there are.

        A period that was opened again by hand and closed once more is brought up to date.

        :param rows: list of dictionaries with `term_id`, `due_date` and the fields of a row
        :return: the periods, in the order of `rows`
        """
        if not rows:
            return self.browse()
        names = ("term_id", "period_start", "due_date", "target", "actual", "actual_count")
        names += ("state", "waive_reason", "closed_on")
        columns = SQL(", ").join(
            SQL("%s::%s[]", [row.get(name) for row in rows], SQL(self._fields[name].column_type[0]))
            for name in names
        )
        self.env["crm.contract.term"].flush_model(["contract_id", "company_id"])
        self.flush_model()
        result = self.env.execute_query(
            SQL(
                """
                INSERT INTO crm_contract_term_period (
                    contract_id, company_id, %(names)s,
                    create_uid, create_date, write_uid, write_date
                )
                SELECT term.contract_id, term.company_id, %(values)s,
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM unnest(%(columns)s) WITH ORDINALITY AS closed (%(names)s, place)
                  JOIN crm_contract_term term ON term.id = closed.term_id
                 ORDER BY closed.place
                    ON CONFLICT (term_id, due_date) DO UPDATE
                   SET %(updates)s, write_uid = EXCLUDED.write_uid, write_date = EXCLUDED.write_date
             RETURNING id
                """,
                names=SQL(", ").join(map(SQL.identifier, names)),
                values=SQL(", ").join(SQL.identifier("closed", name) for name in names),
                columns=columns,
                updates=SQL(", ").join(
                    SQL("%s = EXCLUDED.%s", SQL.identifier(name), SQL.identifier(name))
                    for name in names
                ),
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        self.invalidate_model()
        periods = self.browse(period_id for (period_id,) in result)
        self.env["crm.contract.term"].invalidate_model(["period_ids"])
        return periods

    def _take_documents(self):
        """Take over the files of the terms: they were the documents of these periods."""
        if not self:
            return
        self.env["ir.attachment"].flush_model()
        self.env["crm.contract.term"].flush_model(["document_file_name"])
        periods = SQL(
            "(SELECT id, term_id FROM crm_contract_term_period WHERE id IN %s)", self._ids
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE ir_attachment file
                   SET res_model = 'crm.contract.term.period', res_id = period.id
                  FROM %s period
                 WHERE file.res_model = 'crm.contract.term' AND file.res_field = 'document_file'
                   AND file.res_id = period.term_id
                """,
                periods,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                WITH moved AS (
                    UPDATE crm_contract_term term SET document_file_name = NULL
                      FROM crm_contract_term old, %s period
                     WHERE term.id = period.term_id AND old.id = term.id
                 RETURNING period.id, old.document_file_name
                )
                UPDATE crm_contract_term_period period
                   SET document_file_name = moved.document_file_name
                  FROM moved WHERE moved.id = period.id
                """,
                periods,
            )
        )
        self.env["ir.attachment"].invalidate_model()
        self.term_id.invalidate_recordset(["document_file", "document_file_name"])
        self.invalidate_recordset(["document_file", "document_file_name"])
