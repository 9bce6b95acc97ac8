from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

# How long finished runs are kept, to see which nights failed and how long they took.
KEPT_DAYS = 90


class ProductAffinityRun(models.Model):
    _inherit = "product.affinity.run"  # pylint: disable=consider-merging-classes-inherited

    @api.depends_context("lang")
    def _compute_display_name(self):
        for run in self:
            run.display_name = self.env._("Computation %(number)s", number=run.id)

    # Actions

    def action_compute_now(self):
        """Ask for a computation of the current company and show it."""
        return self._request_for_user(full=False)

    def action_compute_all(self):
        """The same, reading every order of the period again."""
        return self._request_for_user(full=True)

    def action_view_affinities(self):
        """Open what is bought together in the company."""
        action = self.env["ir.actions.actions"]._for_xml_id("crm_analytics.product_affinity_action")
        action["domain"] = [("company_id", "in", self.company_id.ids)]
        return action

    def _request_for_user(self, full):
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            raise UserError(
                self.env._("Ask a sales administrator to compute what is bought together.")
            )
        run = self._request(self.env.company, full=full)
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": run.id,
            "views": [(False, "form")],
        }

    # Cleaning up

    @api.autovacuum
    def _gc_runs(self):
        """Delete runs of long ago; the last one that was done says what the next compares with."""
        last = self._read_group([("state", "=", "done")], ["company_id"], ["id:max"])
        limit = fields.Datetime.now() - relativedelta(days=KEPT_DAYS)
        self.search(
            [
                ("state", "in", ("done", "failed")),
                ("create_date", "<", limit),
                ("id", "not in", [run_id for _company, run_id in last]),
            ]
        ).unlink()

    # What the form says

    @api.model
    def _get_step_labels(self):
        """Return {name of a step: what it does, as the form says it}."""
        return {
            "check": self.env._("Looking for changed orders"),
            "orders": self.env._("Reading orders"),
            "affinities": self.env._("Comparing products"),
        }

    def _get_message(self):
        """Return where the run is, or what came of it, in the reader's language."""
        self.ensure_one()
        if self.state == "queued":
            return self.env._("Waiting for the server to begin, usually less than a minute.")
        if self.state == "running":
            return self._get_step_message()
        if self.state == "failed":
            return self.env._(
                "The computation stopped, and what was known before is still shown. Correct the "
                "cause and compute again: %(error)s",
                error=self.error,
            )
        if not self.changed:
            return self.env._("No order has changed since the last computation.")
        if self.pair_count:
            return self.env._(
                "%(pairs)s pairs that go together found in %(orders)s orders.",
                pairs=self.pair_count,
                orders=self.order_count,
            )
        return self.env._(
            "Nothing found in %(orders)s orders: two products must be on %(min_orders)s "
            "confirmed orders together.",
            orders=self.order_count,
            min_orders=self.env["product.affinity"]._get_mining_settings()["min_orders"],
        )

    def _get_step_message(self):
        steps = self._get_steps()
        label = self._get_step_labels().get(self.step, self.step)
        if self.step not in steps:
            return label or ""
        return self.env._(
            "Step %(number)s of %(count)s: %(step)s",
            number=steps.index(self.step) + 1,
            count=len(steps),
            step=label,
        )
