import psycopg2.errors

from odoo import api, models


class Base(models.AbstractModel):
    _inherit = "base"

    @api.model
    def _sql_error_to_message_generic(self, exc):
        # PostgreSQL 18 reports ON DELETE RESTRICT with an error of its own, which Odoo's sentence
        # for records in use does not cover.
        if isinstance(exc, psycopg2.errors.RestrictViolation):
            return self.env._(
                "A record that others refer to cannot be deleted. Archive it instead, "
                "or first delete what refers to it (“%s”).",
                self._description,
            )
        return super()._sql_error_to_message_generic(exc)
