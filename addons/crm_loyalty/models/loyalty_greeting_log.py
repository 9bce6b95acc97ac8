from odoo import fields, models


class LoyaltyGreetingLog(models.Model):
    """A greeting that was sent: one row for each customer, occasion and year.

    Its messages are written in the transaction of the row, and the templates are rendered on it.
    """

    _name = "loyalty.greeting.log"
    _description = "Sent Greeting"
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    greeting_id = fields.Many2one(
        comodel_name="loyalty.greeting", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(comodel_name="res.company", required=True, index=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Customer", required=True, ondelete="cascade"
    )
    occasion = fields.Selection(
        selection=lambda self: self.env["loyalty.greeting"]._fields["occasion"].selection,
        required=True,
    )
    holiday_id = fields.Many2one(comodel_name="loyalty.holiday", ondelete="restrict")
    date = fields.Date(required=True, help="The day that was celebrated.")
    year = fields.Integer(required=True)
    card_id = fields.Many2one(
        comodel_name="loyalty.card",
        string="Voucher",
        index="btree_not_null",
        ondelete="set null",
    )
    is_mailed = fields.Boolean(string="By E-mail")
    is_texted = fields.Boolean(string="By SMS")

    _once_a_year = models.UniqueIndex(
        "(partner_id, occasion, COALESCE(holiday_id, 0), year)",
        "A customer is greeted once on each occasion and year.",
    )
