from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_extended.tools.batches import run_in_batches


class LoyaltyLot(models.Model):
    """Points that nobody used in time leave the cards, every night."""

    _inherit = "loyalty.lot"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _cron_expire_points(self, batch_size=5000):
        """Nightly: take the points that have expired, then tell customers of what will.

        Safe to be killed and run again, and to run twice at once: a batch is a transaction, its
        lots are out of reach of the next one, and a notice is unique in the database.
        """
        # sudo: no one may write lots, not even who may run this action by hand
        lots = self.sudo()
        notices = lots.env["loyalty.expiry.notice"]
        if lots._expire_all(batch_size):
            notices._send_all(max(batch_size // 5, 1))

    @api.model
    def _expire_all(self, batch_size):
        """Expire what is due, a batch after the other; False when there was not time enough."""
        return run_in_batches(
            self,
            self._get_expired_domain(),
            lambda lots: lots._expire(),
            batch_size=batch_size,
            lock_table="loyalty_lot",
        )

    @api.model
    def _get_expired_domain(self):
        """Available lots whose last day has passed where their program is used."""
        return Domain("state", "=", "available") & Domain.OR(
            Domain("company_id", "in", company_ids) & Domain("expiration_date", "<", today)
            for today, company_ids in self._get_company_ids_by_today().items()
        )

    @api.model
    def _get_company_ids_by_today(self):
        """All companies by the day it is there: {date: ids}.

        What belongs to no company goes by the day that begins last: points are never taken from a
        customer for whom their last day is not over.
        """
        companies = self.env["res.company"]._get_companies_by_today()
        by_today = {today: [*group.ids] for today, group in companies.items()}
        by_today[min(by_today)].append(False)
        return by_today

    def _expire(self):
        """Take these lots, and what else has expired on their cards, from the balances.

        Two queries whatever their number: cards are locked in the order in which everybody locks
        them, then one statement writes a line of history for each card, in its holder's language.

        :return: how many cards lost points
        """
        self.env.flush_all()
        card_ids = self._lock_cards()
        days = self._get_company_ids_by_today()
        descriptions = self._get_expiry_descriptions()
        self.env.cr.execute(
            SQL(
                """
                WITH due AS (
                    SELECT lot.id, lot.card_id, lot.company_id, lot.remaining
                      FROM loyalty_lot lot
                      JOIN unnest(%(companies)s, %(todays)s) AS day(company_id, today)
                        ON day.company_id = COALESCE(lot.company_id, 0)
                     WHERE lot.card_id = ANY(%(cards)s)
                       AND lot.state = 'available'
                       AND lot.expiration_date < day.today
                ), history AS (
                    INSERT INTO loyalty_history (
                        card_id, partner_id, kind, issued, used, description,
                        create_uid, create_date, write_uid, write_date
                    )
                    SELECT card.id, card.partner_id, 'expire', 0, taken.points,
                           COALESCE(said.description, %(description)s),
                           %(uid)s, %(now)s, %(uid)s, %(now)s
                      FROM (
                            SELECT card_id, sum(remaining) AS points FROM due GROUP BY card_id
                           ) taken
                      JOIN loyalty_card card ON card.id = taken.card_id
                      LEFT JOIN res_partner holder ON holder.id = card.partner_id
                      LEFT JOIN unnest(%(langs)s, %(descriptions)s) AS said(lang, description)
                        ON said.lang = holder.lang
                     ORDER BY card.id
                 RETURNING id, card_id, used
                ), lot_use AS (
                    INSERT INTO loyalty_lot_use (
                        lot_id, history_id, company_id, points, returned,
                        create_uid, create_date, write_uid, write_date
                    )
                    SELECT due.id, history.id, due.company_id, due.remaining, 0,
                           %(uid)s, %(now)s, %(uid)s, %(now)s
                      FROM due JOIN history ON history.card_id = due.card_id
                     ORDER BY due.id
                ), lot AS (
                    UPDATE loyalty_lot lot
                       SET state = 'expired', remaining = 0, write_uid = %(uid)s,
                           write_date = %(now)s
                      FROM due
                     WHERE lot.id = due.id
                )
                UPDATE loyalty_card card
                   SET points = card.points - history.used, write_uid = %(uid)s,
                       write_date = %(now)s
                  FROM history
                 WHERE card.id = history.card_id
                """,
                cards=card_ids,
                companies=[company or 0 for ids in days.values() for company in ids],
                todays=[today for today, ids in days.items() for _company in ids],
                langs=list(descriptions),
                descriptions=list(descriptions.values()),
                description=self.env._("Points expired"),
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        expired_cards = self.env.cr.rowcount
        self.env.invalidate_all(flush=False)
        return expired_cards

    def _lock_cards(self):
        """Lock the cards of these lots, in order, and return their ids."""
        self.env.cr.execute(
            SQL(
                """
                SELECT card.id
                  FROM loyalty_card card
                 WHERE card.id IN (SELECT card_id FROM loyalty_lot WHERE id = ANY(%s))
                 ORDER BY card.id
                   FOR NO KEY UPDATE
                """,
                self.ids,
            )
        )
        return [card_id for (card_id,) in self.env.cr.fetchall()]

    @api.model
    def _get_expiry_descriptions(self):
        """What the history says, in each installed language: {code: text}."""
        return {
            code: self.with_context(lang=code).env._("Points expired")
            for code, _name in self.env["res.lang"].get_installed()
        }
