import hashlib
import hmac
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.http import request
from odoo.tools import SQL

from odoo.addons.crm_extended.tools.address_key import get_address_key

_logger = logging.getLogger(__name__)

WINDOW = timedelta(hours=1)
WRONG_CODES = 10  # within the window; then an address or a login has to wait
KEPT = timedelta(days=90)


class LoyaltyCodeAttempt(models.Model):
    """The wrong codes that were tried from outside: in the web shop, the portal, by a link.

    Neither address nor code is kept, only what a secret of this database makes of them and how the
    code began: what was tried may be one letter away from somebody's gift card.
    """

    _name = "loyalty.code.attempt"
    _description = "Wrong Loyalty Code"
    _order = "attempt_date desc, id desc"
    _rec_name = "code_start"
    _log_access = False

    attempt_date = fields.Datetime(
        string="Tried on",
        required=True,
        readonly=True,
        index=True,
    )
    user_id = fields.Many2one(
        string="Login",
        help="Who was logged in. Empty: a visitor.",
        comodel_name="res.users",
        readonly=True,
        ondelete="set null",
    )
    source_key = fields.Char(
        string="Source",
        help="Stands for the login or the network address: the same source has the same key.",
        required=True,
        readonly=True,
    )
    code_key = fields.Char(
        required=True,
        readonly=True,
    )
    code_start = fields.Char(
        string="Began With",
        readonly=True,
    )

    _source_idx = models.Index("(source_key, attempt_date)")

    @api.model
    def _count_attempt(self, code):
        """Count a code that somebody outside tries, before it is looked up.

        Each code counts once an hour: a shop asks again for the code in a cart. The count is kept
        in a transaction of its own, whatever becomes of the request; `_forget_attempt` takes it
        back when the code was right.

        :return: whether it may be looked up; False after too many wrong ones
        """
        source_key, values = self._prepare_attempt(code)
        now = fields.Datetime.now()
        with self.env.registry.cursor() as cr:
            # Guesses that come together take turns, or they would not be counted. The lock is the
            # first statement: a query would show the table as it was when the wait began.
            cr.execute(SQL("LOCK TABLE loyalty_code_attempt IN SHARE UPDATE EXCLUSIVE MODE"))
            cr.execute(
                SQL(
                    """
                    SELECT count(*), coalesce(bool_or(code_key = %s), FALSE)
                      FROM loyalty_code_attempt
                     WHERE source_key = %s AND attempt_date > %s
                    """,
                    values["code_key"],
                    source_key,
                    now - WINDOW,
                )
            )
            count, is_repeated = cr.fetchone()
            if is_repeated or count >= WRONG_CODES:
                return is_repeated
            values["attempt_date"] = now
            cr.execute(
                SQL(
                    "INSERT INTO loyalty_code_attempt (%s) VALUES %s",
                    SQL(", ").join(map(SQL.identifier, values)),
                    tuple(values.values()),
                )
            )
        if count + 1 == WRONG_CODES:
            _logger.warning(
                "%s loyalty codes tried within an hour by %s: no more are looked up for a while",
                WRONG_CODES,
                self._get_source(),
            )
        return True

    @api.model
    def _forget_attempt(self, code):
        """The code was right: it is no attempt to guess one."""
        source_key, values = self._prepare_attempt(code)
        with self.env.registry.cursor() as cr:
            cr.execute(
                SQL(
                    "DELETE FROM loyalty_code_attempt WHERE source_key = %s AND code_key = %s",
                    source_key,
                    values["code_key"],
                )
            )

    @api.model
    def _prepare_attempt(self, code):
        source_key = get_address_key(self.env, self._name, self._get_source())
        # sudo: the secret is the administrator's
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        key = hmac.new(secret.encode(), f"{self._name}:{code}".encode(), hashlib.sha256)
        return source_key, {
            "source_key": source_key,
            "code_key": key.hexdigest(),
            "code_start": (code or "")[:4],
            "user_id": None if self.env.user._is_public() else self.env.uid,
        }

    @api.model
    def _get_source(self):
        """Who is counted: a login, wherever it comes from, else the address of the visitor."""
        if not self.env.user._is_public():
            return f"login {self.env.user.login}"
        return request.httprequest.remote_addr if request else None

    @api.autovacuum
    def _gc_attempts(self):
        self.search([("attempt_date", "<", fields.Datetime.now() - KEPT)]).unlink()
