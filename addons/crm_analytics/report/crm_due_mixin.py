from odoo import api, fields, models
from odoo.tools import SQL

AGES = [  # key, label, the most days late
    ("due", "Not Late", 0),
    ("late_30", "1-30 Days", 30),
    ("late_60", "31-60 Days", 60),
    ("late_90", "61-90 Days", 90),
    ("later", "More Than 90 Days", None),
]


class CrmDueMixin(models.AbstractModel):
    """Something a customer or the company still owes, how much and how late: a row each."""

    _name = "crm.due.mixin"
    _description = "Due and Late"
    _order = "date_due, id"

    partner_id = fields.Many2one(comodel_name="res.partner", string="Customer", readonly=True)
    country_id = fields.Many2one(comodel_name="res.country", readonly=True)
    user_id = fields.Many2one(comodel_name="res.users", string="Salesperson", readonly=True)
    team_id = fields.Many2one(comodel_name="crm.team", string="Sales Team", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    date_due = fields.Date(string="Due Date", readonly=True)
    days_late = fields.Integer(
        readonly=True, aggregator="max", help="Counted to today where the company is."
    )
    is_late = fields.Boolean(string="Late", readonly=True)
    age = fields.Selection(selection=[(key, label) for key, label, _days in AGES], readonly=True)
    amount = fields.Monetary(
        string="Amount Due", readonly=True, help="In the currency of the company."
    )
    amount_late = fields.Monetary(readonly=True, help="The part of it that is late.")

    @api.model
    def _get_due_columns(self, date_due, timezone, amount):
        """SQL of the columns that follow from the day something is due, and from its amount."""
        days = SQL(
            "((%(now)s::timestamp AT TIME ZONE 'UTC' AT TIME ZONE %(timezone)s)::date - %(due)s)",
            now=fields.Datetime.now(),
            timezone=timezone,
            due=date_due,
        )
        ages = SQL(" ").join(
            SQL("WHEN %s <= %s THEN %s", days, most, key) for key, _label, most in AGES[:-1]
        )
        return SQL(
            """
            %(due)s AS date_due,
            GREATEST(%(days)s, 0) AS days_late,
            COALESCE(%(days)s > 0, FALSE) AS is_late,
            (CASE %(ages)s ELSE %(oldest)s END)::varchar AS age,
            %(amount)s AS amount,
            CASE WHEN %(days)s > 0 THEN %(amount)s ELSE 0 END AS amount_late
            """,
            due=date_due,
            days=days,
            ages=ages,
            oldest=AGES[-1][0],
            amount=amount,
        )
