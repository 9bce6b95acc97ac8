from odoo import fields, models
from odoo.tools import SQL


class CrmLeadResponse(models.Model):
    """How long a lead waited for the first word or deed of a colleague, a row a lead."""

    _name = "crm.lead.response"
    _description = "Lead Response"
    _auto = False
    _rec_name = "lead_id"
    _order = "date desc, id desc"
    _depends = {
        "crm.lead": ["company_id", "create_date", "partner_id", "team_id", "user_id"],
        "mail.message": [
            "author_id",
            "date",
            "mail_activity_type_id",
            "message_type",
            "model",
            "res_id",
            "subtype_id",
        ],
        "mail.message.subtype": ["internal"],
        "res.partner": ["partner_share"],
    }

    lead_id = fields.Many2one(comodel_name="crm.lead", readonly=True)
    date = fields.Datetime(string="Received On", readonly=True)
    response_date = fields.Datetime(
        string="Answered On",
        readonly=True,
        help="The first message of a colleague to the customer, or the first activity done. "
        "Internal notes are no answer.",
    )
    hours = fields.Float(string="Hours to First Response", readonly=True, aggregator="avg")
    user_id = fields.Many2one(comodel_name="res.users", string="Salesperson", readonly=True)
    team_id = fields.Many2one(comodel_name="crm.team", string="Sales Team", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    partner_id = fields.Many2one(comodel_name="res.partner", string="Customer", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT lead.id,
                   lead.id AS lead_id,
                   lead.create_date AS date,
                   answer.date AS response_date,
                   GREATEST(EXTRACT(EPOCH FROM answer.date - lead.create_date), 0) / 3600
                       AS hours,
                   lead.user_id,
                   lead.team_id,
                   lead.company_id,
                   lead.partner_id
              FROM crm_lead lead
              JOIN LATERAL (
                    SELECT message.date
                      FROM mail_message message
                      JOIN res_partner author ON author.id = message.author_id
                      LEFT JOIN mail_message_subtype subtype ON subtype.id = message.subtype_id
                     WHERE message.model = 'crm.lead' AND message.res_id = lead.id
                       -- the date of a message has no fractions of a second
                       AND message.date >= DATE_TRUNC('second', lead.create_date)
                       AND author.partner_share IS NOT TRUE AND author.id != %(system)s
                       AND (
                           message.mail_activity_type_id IS NOT NULL
                           OR message.message_type IN ('comment', 'email', 'email_outgoing')
                          AND subtype.internal IS NOT TRUE AND subtype.id IS NOT NULL
                       )
                     ORDER BY message.date, message.id
                     LIMIT 1
                   ) answer ON TRUE
            """,
            # sudo: the robot's id, whoever asks
            system=self.sudo().env.ref("base.partner_root").id,
        )
