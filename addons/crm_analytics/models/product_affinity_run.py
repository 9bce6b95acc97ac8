import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

OPEN_STATES = ("queued", "running")
# A batch that was begun this often and never ended kills its process: it must not for ever.
MAX_ATTEMPTS = 5


class ProductAffinityRun(models.Model):
    """One computation of a company's cross-selling: steps, each of them batches that are committed.

    Add a step: append its name in `_get_steps` and write `_step_<name>(self)`. It does one batch
    and returns how many are left (nothing when there are none); it is called again until none is.
    It does not commit: what it did and how far the run has come are committed together after each
    call. A batch that was killed is done again, so it finds out from the database what is left, or
    keeps its place in `position`, which is 0 when the step begins.
    """

    _name = "product.affinity.run"
    _description = "Cross-Selling Computation"
    _order = "id desc"

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    state = fields.Selection(
        selection=[
            ("queued", "Waiting"),
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Failed"),
        ],
        required=True,
        readonly=True,
        default="queued",
    )
    full = fields.Boolean(
        string="All Orders",
        readonly=True,
        help="Every order of the period is read again, not only what changed since last time.",
    )
    step = fields.Char(readonly=True)
    position = fields.Integer(
        readonly=True,
        help="Where the step goes on, if the step keeps it here.",
    )
    batches_done = fields.Integer(readonly=True)
    batches_left = fields.Integer(readonly=True)
    attempts = fields.Integer(readonly=True)
    progress = fields.Float(
        compute="_compute_progress",
        help="Share of the work that is done, in percent.",
    )
    message = fields.Char(compute="_compute_message")
    error = fields.Text(readonly=True)
    started_date = fields.Datetime(string="Started On", readonly=True)
    finished_date = fields.Datetime(string="Finished On", readonly=True)
    order_count = fields.Integer(string="Orders", readonly=True)
    line_count = fields.Integer(string="Order Lines", readonly=True)
    pair_count = fields.Integer(string="Pairs Found", readonly=True)

    _open_uniq = models.UniqueIndex(
        "(company_id) WHERE state IN ('queued', 'running')",
        "This company's cross-selling is being computed already.",
    )

    @api.depends("state", "step", "batches_done", "batches_left")
    def _compute_progress(self):
        for run in self:
            steps = run._get_steps()
            if run.state == "done":
                run.progress = 100.0
            elif run.step not in steps:
                run.progress = 0.0
            else:
                batches = run.batches_done + run.batches_left
                share = run.batches_done / batches if batches else 0.0
                run.progress = 100.0 * (steps.index(run.step) + share) / len(steps)

    @api.depends("state", "step", "pair_count", "order_count", "error")
    @api.depends_context("lang")
    def _compute_message(self):
        for run in self:
            run.message = run._get_message()

    # Requests

    @api.model
    def _request(self, company, full=False):
        """Return the open run of a company, a new one if it has none, and wake who works on it.

        :param bool full: read all orders of the period again
        """
        run = self.search([("company_id", "=", company.id), ("state", "in", OPEN_STATES)])
        if not run:
            # sudo: runs are made by whoever may ask for one, never edited.
            run = self.sudo().create({"company_id": company.id, "full": full}).with_env(self.env)
        elif full and run.state == "queued":
            run.sudo().full = True  # sudo: as above
        self._trigger_cron()
        return run

    @api.model
    def _trigger_cron(self):
        # sudo: only administrators may read scheduled actions.
        self.env.ref("crm_analytics.ir_cron_run_affinities").sudo()._trigger()

    # Scheduled action

    @api.model
    def _cron_run(self):
        """Work on the open runs, the oldest first, and go on where a killed process left them."""
        commit_progress = self.env["ir.cron"]._commit_progress
        run_ids = self.search([("state", "in", OPEN_STATES)], order="id").ids
        commit_progress(remaining=len(run_ids))
        for left, run_id in zip(range(len(run_ids), 0, -1), run_ids, strict=True):
            if not self.browse(run_id)._work(left):
                return
        commit_progress(remaining=0)

    def _work(self, runs_left=1):
        """Do batch after batch until the run is done or failed.

        :return: False when the scheduled action ran out of time and has to be called again
        """
        while True:
            try:
                if not (self._begin_batch() and self._do_batch()):
                    # The next run has to be locked by the first statement of a transaction, too.
                    self.env.cr.rollback()
                    return True
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()
                continue
            except Exception as error:
                self.env.cr.rollback()
                _logger.exception("Step %s of product.affinity.run %s failed", self.step, self.id)
                self._fail(error)
            if not self.env["ir.cron"]._commit_progress(1, remaining=runs_left):
                return False

    @api.model
    def _compute_at_once(self, company):
        """Do a whole run in the caller's transaction: for a few orders, as those of demo data."""
        run = self.create({"company_id": company.id, "started_date": fields.Datetime.now()})
        run.write({"state": "running", **run._prepare_step(run._get_steps()[0])})
        while run.state == "running":
            run._do_batch()
            run.flush_recordset()
        return run

    def _begin_batch(self):
        """Note and commit that a batch begins; return False if there is none to do here."""
        if not self._lock() or self.state not in OPEN_STATES:
            return False
        if self.attempts >= MAX_ATTEMPTS:
            self._fail(UserError(self.env._("The server was stopped again and again at it.")))
            self.env["ir.cron"]._commit_progress()
            return False
        values = {}
        if self.state == "queued":
            values.update(state="running", started_date=fields.Datetime.now())
        if self.step not in self._get_steps():
            values.update(self._prepare_step(self._get_steps()[0]))
        self.write({**values, "attempts": self.attempts + 1})
        self.env["ir.cron"]._commit_progress()
        return True

    def _do_batch(self):
        """Do one batch and note how far the run has come; the caller commits both at once.

        :return: False if another process has taken the run over
        """
        if not self._lock() or self.state != "running":
            return False
        left = getattr(self, f"_step_{self.step}")() or 0
        values = {"attempts": 0, "batches_done": self.batches_done + 1, "batches_left": left}
        if not left and self.state == "running":
            steps = self._get_steps()
            following = steps[steps.index(self.step) + 1 :]
            values = self._prepare_step(following[0]) if following else self._prepare_end("done")
        self.write(values)
        self.env.flush_all()  # what cannot be written fails here, and not where it is committed
        return True

    def _lock(self):
        """Lock the run for this transaction, of which it has to be the first statement: what is
        read afterwards is then what the last batch left. False if another process has it."""
        self.env.invalidate_all()
        return bool(
            self.env.execute_query(
                SQL(
                    "SELECT id FROM %s WHERE id = %s FOR UPDATE SKIP LOCKED",
                    SQL.identifier(self._table),
                    self.id,
                )
            )
        )

    def _prepare_step(self, step):
        return {"step": step, "position": 0, "batches_done": 0, "batches_left": 0, "attempts": 0}

    def _prepare_end(self, state):
        return {"state": state, "finished_date": fields.Datetime.now()}

    def _fail(self, error):
        """Note why the run failed; what earlier steps stored stays."""
        text = str(error) if isinstance(error, UserError) else repr(error)
        self.write({**self._prepare_end("failed"), "error": text})

    # Steps

    @api.model
    def _get_steps(self):
        """Return the names of the steps in their order; add those of yours at the end."""
        return []
