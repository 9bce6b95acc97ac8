import json

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

# Every so often all orders are read again: what no fingerprint tells, such as a line changed by
# another program, is then counted too.
FULL_DAYS = 7


class ProductAffinityRun(models.Model):
    _inherit = "product.affinity.run"  # pylint: disable=consider-merging-classes-inherited

    basis = fields.Char(
        readonly=True, help="All that the result depends on beside the orders themselves."
    )
    changed = fields.Boolean(
        readonly=True, help="Not set: nothing had changed, so nothing was computed."
    )

    @api.model
    def _request_nightly(self):
        """Queue a run of each company that has none waiting and none from the last hours."""
        commit_progress = self.env["ir.cron"]._commit_progress
        commit_progress(remaining=1)
        # First statement of a transaction: who asks for a run meanwhile is waited for, and seen.
        self.env.cr.execute(
            SQL("LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE", SQL.identifier(self._table))
        )
        recently = fields.Datetime.now() - relativedelta(hours=6)
        known = self._search(
            ["|", ("state", "in", ("queued", "running")), ("create_date", ">", recently)]
        )
        companies = self.env["res.company"].search(
            [("id", "not in", known.subselect("company_id"))]
        )
        last_full = dict(
            self._read_group(
                [("state", "=", "done"), ("full", "=", True)],
                ["company_id"],
                ["create_date:max"],
            )
        )
        week_ago = fields.Datetime.now() - relativedelta(days=FULL_DAYS)
        runs = self.create(
            [
                {
                    "company_id": company.id,
                    "full": last_full.get(company, week_ago) <= week_ago,
                }
                for company in companies
            ]
        )
        if runs:
            self._trigger_cron()
        commit_progress(1)

    # Steps

    @api.model
    def _get_steps(self):
        return ["check", "orders", "affinities", *super()._get_steps()]

    def _step_check(self):
        """Look what has changed; when nothing has, the run is done."""
        basis = self._get_basis()
        ranges = self.env["product.affinity.range"]
        date_from, _last_month = self.env["product.affinity"]._get_window(self.company_id)
        changed = ranges._mark_changed(self.company_id, date_from, self.full)
        last = self.search(
            [("company_id", "=", self.company_id.id), ("id", "!=", self.id)], limit=1
        )
        # What a run that failed had seen was counted, perhaps, but never shown.
        changed = changed or last.state != "done" or last.basis != basis
        self.write({"basis": basis, "changed": changed})
        if not changed:
            self.write(self._prepare_end("done"))

    def _step_orders(self):
        """Read one range of orders that has changed."""
        ranges = self._search_uncounted()
        if ranges:
            ranges[0]._count_orders()
        return len(ranges[1:])

    def _step_affinities(self):
        """Replace what is bought together."""
        found = self.env["product.affinity"]._replace_company(self.company_id)
        [(lines,)] = self.env["product.affinity.range"]._read_group(
            [("company_id", "=", self.company_id.id)], aggregates=["line_count:sum"]
        )
        self.write(
            {"order_count": found["orders"], "pair_count": found["pairs"], "line_count": lines}
        )

    def _search_uncounted(self):
        return self.env["product.affinity.range"]._search_company(
            self.company_id, ("is_counted", "=", False)
        )

    def _get_basis(self):
        """Return settings, period, steps and the products for sale, as one comparable text."""
        affinities = self.env["product.affinity"]
        query = self.env["product.product"]._search([("sale_ok", "=", True)])
        product = SQL.identifier(query.table, "id")
        rows = self.env.execute_query(
            query.select(SQL("count(*)"), SQL("bit_xor(hashint4extended(%s, 0))", product))
        )
        return json.dumps(
            [
                affinities._get_mining_settings(),
                affinities._get_window(self.company_id)[1],
                self._get_steps(),
                rows,
            ]
        )
