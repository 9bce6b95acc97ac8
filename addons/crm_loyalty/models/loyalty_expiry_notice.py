import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_extended.tools.batches import run_in_batches

from ..tools.points import POINTS_DIGITS

_logger = logging.getLogger(__name__)

# Days before the last day of points on which their customer is told, the last word first.
NOTICE_DAYS = (7, 30)


class LoyaltyExpiryNotice(models.Model):
    """Tells that a customer has been told: points of a card, their last day, how long before.

    A row is inserted in the transaction that queues the e-mail, and it is unique: whatever happens
    to the nightly action, nobody is told twice. Rows of one e-mail hang on the first of them.
    """

    _name = "loyalty.expiry.notice"
    _description = "Notice of Expiring Points"
    _order = "id desc"
    _rec_name = "card_id"

    card_id = fields.Many2one(
        comodel_name="loyalty.card",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    program_id = fields.Many2one(related="card_id.program_id")
    partner_id = fields.Many2one(
        string="Customer",
        comodel_name="res.partner",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        readonly=True,
    )
    points = fields.Float(
        digits=POINTS_DIGITS,
        min_display_digits=0,
        readonly=True,
        help="What the customer stood to lose when told.",
    )
    expiration_date = fields.Date(
        string="Last Day",
        required=True,
        readonly=True,
    )
    days_before = fields.Integer(
        required=True,
        readonly=True,
        aggregator=None,
    )
    parent_id = fields.Many2one(
        string="Sent With",
        comodel_name="loyalty.expiry.notice",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    child_ids = fields.One2many(
        comodel_name="loyalty.expiry.notice",
        inverse_name="parent_id",
        readonly=True,
    )

    _step_unique = models.UniqueIndex(
        "(card_id, expiration_date, days_before)",
        "The customer has been told of these points already.",
    )

    # What the e-mail says

    def _get_lines(self):
        """The notices of this e-mail, as their customer reads them: what is lost first comes first.

        sudo: a customer's own cards, in an e-mail that only this customer gets
        """
        self.ensure_one()
        notices = self.sudo() | self.sudo().child_ids
        return notices.sorted(lambda notice: (notice.expiration_date, notice.id))

    def _get_points_text(self):
        self.ensure_one()
        return self.card_id._format_points(self.points)

    # Nightly

    @api.model
    def _send_all(self, batch_size):
        """Tell every customer whose points are near their last day; False when out of time."""
        template = self.env.ref(
            "crm_loyalty.mail_template_loyalty_expiry_notice", raise_if_not_found=False
        )
        if not template:
            _logger.warning("The e-mail on expiring points was deleted: nobody is told of them.")
            return True
        return run_in_batches(
            self.env["loyalty.lot"],
            self._get_lots_domain(),
            lambda lots: self._send(lots, template),
            batch_size=batch_size,
            lock_table="loyalty_expiry_notice",
        )

    @api.model
    def _get_lots_domain(self):
        """Lots of which their customer is to be told tonight."""
        return Domain("state", "=", "available") & Domain.OR(
            Domain("company_id", "in", company_ids)
            & Domain("expiration_date", ">=", today)
            & Domain("expiration_date", "<=", fields.Date.add(today, days=max(NOTICE_DAYS)))
            & Domain.custom(
                to_sql=lambda model, alias, query, today=today: self._get_due_sql(alias, today)
            )
            for today, company_ids in self.env["loyalty.lot"]._get_company_ids_by_today().items()
        )

    @api.model
    def _get_due_sql(self, alias, today):
        """Whether a lot near its last day still needs a notice, and has somebody to read it.

        Points that were earned after the day of a notice never had that day.
        """
        return SQL(
            """
            %(lot)s.available_date <= %(lot)s.expiration_date - %(step)s
            AND NOT EXISTS (
                SELECT 1 FROM loyalty_expiry_notice notice
                 WHERE notice.card_id = %(lot)s.card_id
                   AND notice.expiration_date = %(lot)s.expiration_date
                   AND notice.days_before = %(step)s
            )
            AND EXISTS (
                SELECT 1 FROM loyalty_card card
                  JOIN res_partner customer ON customer.id = card.partner_id
                 WHERE card.id = %(lot)s.card_id
                   AND %(told)s
            )
            """,
            lot=SQL.identifier(alias),
            step=self._get_step_sql(alias, today),
            told=self._get_told_sql(),
        )

    @api.model
    def _get_step_sql(self, alias, today):
        """The notice a lot has come to: late ones are left out for the one after them."""
        steps = SQL(" ").join(
            SQL("WHEN %s <= %s THEN %s", SQL.identifier(alias, "expiration_date"), day, days)
            for days, day in ((days, fields.Date.add(today, days=days)) for days in NOTICE_DAYS)
        )
        return SQL("(CASE %s END)", steps)

    @api.model
    def _get_told_sql(self):
        """Whether the holder (`customer`) of a card (`card`) is told. Meant to be extended."""
        return SQL(
            """
            card.active
            AND card.state = 'active'
            AND customer.active
            AND customer.email_normalized IS NOT NULL
            AND NOT EXISTS (
                SELECT 1 FROM mail_blacklist blacklist
                 WHERE blacklist.active AND blacklist.email = customer.email_normalized
            )
            """
        )

    @api.model
    def _send(self, lots, template):
        """Tell the holders of these lots' cards of everything they are to be told tonight."""
        first_ids = self._insert_notices(lots.card_id.partner_id.ids)
        if first_ids:
            template.send_mail_batch(first_ids)
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    @api.model
    def _insert_notices(self, partner_ids):
        """Note what these customers are told; return the first notice of each e-mail.

        An e-mail comes from one company, so a customer of two may get two.
        """
        self.env.flush_all()
        due = SQL(" UNION ALL ").join(
            SQL(
                """
                SELECT lot.card_id, card.partner_id, lot.company_id, lot.expiration_date,
                       %(step)s AS days_before, sum(lot.remaining) AS points
                  FROM loyalty_card card
                  JOIN loyalty_lot lot ON lot.card_id = card.id
                 WHERE card.partner_id = ANY(%(partners)s)
                   AND lot.state = 'available'
                   AND COALESCE(lot.company_id, 0) = ANY(%(companies)s)
                   AND lot.expiration_date >= %(today)s
                   AND lot.expiration_date <= %(until)s
                   AND %(due)s
                 GROUP BY 1, 2, 3, 4, 5
                """,
                step=self._get_step_sql("lot", today),
                partners=partner_ids,
                companies=[company or 0 for company in company_ids],
                today=today,
                until=fields.Date.add(today, days=max(NOTICE_DAYS)),
                due=self._get_due_sql("lot", today),
            )
            for today, company_ids in self.env["loyalty.lot"]._get_company_ids_by_today().items()
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_expiry_notice (
                    card_id, partner_id, company_id, expiration_date, days_before, points,
                    create_uid, create_date, write_uid, write_date
                )
                SELECT due.*, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM (%(due)s) due
                 ORDER BY due.partner_id, due.expiration_date, due.card_id
             RETURNING id
                """,
                due=due,
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        return self._join_notices([notice_id for (notice_id,) in self.env.cr.fetchall()])

    @api.model
    def _join_notices(self, ids):
        """Hang new notices on the first of the same e-mail; return the ids of the first ones."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE loyalty_expiry_notice notice
                   SET parent_id = NULLIF(joined.first_id, notice.id)
                  FROM (
                        SELECT id, min(id) OVER (PARTITION BY partner_id, company_id) AS first_id
                          FROM loyalty_expiry_notice
                         WHERE id = ANY(%s)
                       ) joined
                 WHERE joined.id = notice.id
             RETURNING notice.id, notice.parent_id
                """,
                ids,
            )
        )
        return sorted(notice_id for notice_id, parent_id in self.env.cr.fetchall() if not parent_id)
