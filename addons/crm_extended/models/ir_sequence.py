from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    @api.model
    def _fill_numbers(self, model, code, vals_list, field_name="number"):
        """Return the values, with `field_name` where it had none: one draw for each company.

        Meant for the `create` of a model with `company_id`: the numbers of a company come from its
        own sequence with this code, or else from the one that all companies share.

        :param model: the empty recordset that is about to create, asked for its default company
        """
        # Copies: the same values may have been given for several records.
        vals_list = [dict(vals) for vals in vals_list]
        default_company_id = model.default_get(["company_id"]).get("company_id")
        vals_by_company = {}
        for vals in vals_list:
            if not vals.get(field_name):
                company_id = vals.get("company_id") or default_company_id
                vals_by_company.setdefault(company_id, []).append(vals)
        for company_id, company_vals in vals_by_company.items():
            numbers = self.with_company(company_id)._next_batch_by_code(code, len(company_vals))
            for vals, number in zip(company_vals, numbers, strict=True):
                vals[field_name] = number
        return vals_list

    @api.model
    def _next_batch_by_code(self, code, count):
        """Draw `count` numbers at once, as a list of strings in ascending order.

        The same choice of sequence as `next_by_code`, but a fixed number of queries where
        PostgreSQL does the counting, and an error instead of False when no sequence has this code.
        """
        sequence = self.search(
            [("code", "=", code), ("company_id", "in", [self.env.company.id, False])],
            order="company_id",
            limit=1,
        )
        if not sequence:
            raise UserError(
                self.env._(
                    "No number can be given: no sequence has the code “%s”. "
                    "Ask your administrator to create it.",
                    code,
                )
            )
        if sequence.use_date_range or sequence.implementation != "standard":
            return [sequence._next() for _number in range(count)]
        return [sequence.get_next_char(value) for value in sequence._draw_values(count)]

    def _draw_values(self, count):
        """Draw `count` values of a standard sequence at once, in ascending order.

        `next_by_id` draws one value a query. A standard sequence is one of PostgreSQL's, which can
        be asked for many and never gives the same one to two transactions.
        """
        self.ensure_one()
        rows = self.env.execute_query(
            SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                f"ir_sequence_{self.id:03d}",
                count,
            )
        )
        return [value for (value,) in rows]
