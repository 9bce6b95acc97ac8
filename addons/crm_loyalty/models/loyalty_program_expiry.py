from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

# Nobody loses points before the notice of 30 days could be read.
GRACE_DAYS = 31


class LoyaltyProgram(models.Model):
    """A program that begins to let points expire when customers have some already."""

    _inherit = "loyalty.program"  # pylint: disable=consider-merging-classes-inherited

    def action_date_existing_points(self):
        """Give points that never expire the last day that the program's rule gives to new ones.

        One query, however many lots. Points that have a last day keep it: customers were told.
        """
        self.ensure_one()
        if not self.env.user.has_group("crm_loyalty.group_crm_loyalty_manager"):
            raise AccessError(
                self.env._("Only loyalty administrators decide when points of customers expire.")
            )
        self.check_access("write")
        if self.lot_expiry == "none":
            raise UserError(
                self.env._(
                    "Points of %(program)s never expire: choose when they do first.",
                    program=self.name,
                )
            )
        self.env.flush_all()
        # sudo: no one may write lots; checked above
        card = self.env["loyalty.card"].sudo().new({"program_id": self.id})
        today = card._get_today()
        self.env.cr.execute(
            SQL(
                """
                UPDATE loyalty_lot
                   SET expiration_date = GREATEST(%(rule)s, %(earliest)s),
                       write_uid = %(uid)s, write_date = %(now)s
                 WHERE program_id = %(program)s
                   AND state = 'available'
                   AND expiration_date IS NULL
                """,
                rule=self._get_last_day_sql(today),
                earliest=fields.Date.add(today, days=GRACE_DAYS),
                program=self.id,
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        count = self.env.cr.rowcount
        self.env["loyalty.lot"].invalidate_model(["expiration_date"])
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if count else "info",
                "message": self.env._(
                    "%(count)s credits of points got a last day.", count=f"{count:,}"
                )
                if count
                else self.env._("All points have a last day already."),
            },
        }

    def _get_last_day_sql(self, today):
        """What `_get_lot_expiration` says of a lot; by inactivity the time begins today."""
        if self.lot_expiry == "inactivity":
            return SQL("%s::date", self._get_lot_expiration(today))
        until = SQL("(available_date + make_interval(months => %s))::date", self.lot_expiry_months)
        if self.lot_expiry == "year_end":
            return SQL("make_date(extract(year FROM %s)::int, 12, 31)", until)
        return until
