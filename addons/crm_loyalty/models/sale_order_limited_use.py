from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL


class SaleOrder(models.Model):
    """A promotion with a number of uses is not used more often, whoever comes at the same time."""

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    def _apply_program_reward(self, reward, coupon, **kwargs):
        program = reward.program_id
        if program.limit_usage and program not in self.order_line.reward_id.program_id:
            self._take_turns(program)
            if program.total_order_count >= program.max_usage:
                return {"error": self._get_used_up_error(program)}
        return super()._apply_program_reward(reward, coupon, **kwargs)

    def action_confirm(self):
        limited = self.order_line.reward_id.program_id.filtered("limit_usage")
        if limited:
            self._check_limited_use(limited)
        return super().action_confirm()

    def _check_limited_use(self, programs):
        """Raise when these orders would use a program more often than it may be used."""
        self._take_turns(programs)
        self.env["sale.order.line"].flush_model(["reward_id", "order_id"])
        self.env["sale.order"].flush_model(["state"])
        uses = dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT reward.program_id, COUNT(DISTINCT line.order_id)
                      FROM sale_order_line line
                      JOIN loyalty_reward reward ON reward.id = line.reward_id
                      JOIN sale_order sale ON sale.id = line.order_id
                     WHERE reward.program_id IN %s AND (sale.state = 'sale' OR sale.id IN %s)
                     GROUP BY reward.program_id
                    """,
                    tuple(programs.ids),
                    tuple(self.ids),
                )
            )
        )
        for program in programs:
            if uses.get(program.id, 0) > program.max_usage:
                raise UserError(self._get_used_up_error(program))

    def _take_turns(self, programs):
        """Let whoever uses one of the programs at the same time be tried again after this.

        A lock alone would not do: the other would go on with the count it read before it waited.
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE loyalty_program
                   SET max_usage = program.max_usage
                  FROM (SELECT id, max_usage
                          FROM loyalty_program
                         WHERE id IN %s
                         ORDER BY id
                           FOR NO KEY UPDATE) program
                 WHERE program.id = loyalty_program.id
                """,
                tuple(programs.ids),
            )
        )
        programs.invalidate_recordset()

    def _get_used_up_error(self, program):
        return self.env._(
            "%(program)s has been used as often as it may be used: take its reward off the order.",
            program=program.name,
        )
