from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.address_key import get_address_key

WINDOW = timedelta(hours=1)


class CrmComplaintFormAttempt(models.Model):
    """How often an address used a public form in its current hour.

    No address is kept, only what a secret of this database makes of it, and that for a day.
    """

    _name = "crm.complaint.form.attempt"
    _description = "Use of a Public Form"
    _log_access = False

    address_key = fields.Char(required=True)
    window_start = fields.Datetime(required=True, index=True)
    attempt_count = fields.Integer(required=True)

    _address_key_uniq = models.UniqueIndex("(address_key)")

    @api.model
    def _count_use(self, address, limit, form="crm.complaint.form"):
        """Count one use of the form by `address`; each form counts for itself.

        It is counted in a transaction of its own, which ends at once: requests that come together
        take turns for a moment instead of failing on each other's count, and a use stays counted
        whatever becomes of the request.

        :return: whether it is within the limit of its hour
        """
        now = fields.Datetime.now()
        table = SQL.identifier(self._table)
        with self.env.registry.cursor() as cr:
            # Taken before anything is read, because a transaction sees what was there at its
            # first query.
            cr.execute(
                SQL("LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE", SQL.identifier(self._table))
            )
            cr.execute(
                SQL(
                    """
                    INSERT INTO %(table)s AS attempt (address_key, window_start, attempt_count)
                    VALUES (%(key)s, %(now)s, 1)
                    ON CONFLICT (address_key) DO UPDATE SET
                        attempt_count = CASE WHEN attempt.window_start > %(begin)s
                            THEN attempt.attempt_count + 1 ELSE 1 END,
                        window_start = CASE WHEN attempt.window_start > %(begin)s
                            THEN attempt.window_start ELSE %(now)s END
                    RETURNING attempt_count
                    """,
                    table=table,
                    key=self._get_address_key(address, form),
                    now=now,
                    begin=now - WINDOW,
                )
            )
            [count] = cr.fetchone()
        return count <= limit

    @api.model
    def _get_address_key(self, address, form="crm.complaint.form"):
        return get_address_key(self.env, form, address)

    @api.autovacuum
    def _gc_attempts(self):
        self.search([("window_start", "<", fields.Datetime.now() - timedelta(days=1))]).unlink()
