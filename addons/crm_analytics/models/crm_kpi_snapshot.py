from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_extended.tools.batches import run_in_batches

from ..tools import kpi_snapshot
from ..tools.kpi_snapshot import Known, Snapshot

RUN_PARAMETER = "crm_analytics.kpi_values_run"
# A run that was stopped goes on where it stood, unless its figures are of another day.
RUN_TIME = timedelta(hours=12)
SUMMED = ("count", "sum", "average", "share")


class CrmKpi(models.Model):
    """The figures of everybody, stored by night and on demand.

    A KPI costs a fixed number of queries for each period, whatever the number of persons and
    teams: one for all months together where its parts add up.
    """

    _inherit = "crm.kpi"  # pylint: disable=consider-merging-classes-inherited

    values_date = fields.Datetime(
        string="Values Computed On",
        readonly=True,
        copy=False,
        help="When the figures of all persons, teams and companies were last stored.",
    )

    # ------------------------------------------------------------------
    # Actions and the nightly run
    # ------------------------------------------------------------------

    def action_compute_values(self):
        """Store the figures as of now."""
        self.check_access("write")
        self._compute_values()

    @api.model
    def _cron_compute_values(self):
        """Store the figures of all KPIs, one after the other; stopped, the next run goes on."""
        parameters = self.env["ir.config_parameter"].sudo()  # the bookkeeping of the run
        self._lock_values(remaining=1)
        now = fields.Datetime.now()
        run = fields.Datetime.to_datetime(parameters.get_param(RUN_PARAMETER) or None)
        if not run or run < now - RUN_TIME:
            run = now
            parameters.set_param(RUN_PARAMETER, fields.Datetime.to_string(run))
        done = run_in_batches(
            self,
            Domain("values_date", "=", False) | Domain("values_date", "<", run),
            lambda kpis: kpis._compute_values(),
            batch_size=1,
            lock_table="crm_kpi_value",
        )
        if done:
            self._lock_values()
            parameters.set_param(RUN_PARAMETER, False)
        return done

    @api.model
    def _lock_values(self, **progress):
        """Begin a transaction that two runs at once enter one after the other."""
        self.env["ir.cron"]._commit_progress(**progress)
        self.env.cr.execute(SQL("LOCK TABLE crm_kpi_value IN SHARE UPDATE EXCLUSIVE MODE"))

    def _compute_values(self, companies=None):
        """Store the figures of persons, teams and companies: of the running periods as of now, of
        those that are over as closed, and beside closed ones what has changed since."""
        # sudo: a snapshot counts everybody's documents; the rules of the values say who reads them
        self_sudo = self.sudo()
        companies = companies or self_sudo.env["res.company"].search([("active", "=", True)])
        for company in companies.sudo():
            kpis = self_sudo.with_company(company).with_context(
                allowed_company_ids=company.ids,
                active_test=True,
                tz=company._get_figures_timezone().zone,
            )
            snapshot = kpis._prepare_snapshot(kpis.env.company)
            for kpi in kpis:
                kpi._store_snapshot(snapshot)
        self_sudo.values_date = fields.Datetime.now()

    # ------------------------------------------------------------------
    # What is known of a company
    # ------------------------------------------------------------------

    def _prepare_snapshot(self, company):
        now = company._get_figures_now()
        windows = kpi_snapshot.get_windows(now.date())
        start, end = kpi_snapshot.get_span(windows)
        working_days = company._get_working_days(start, end)
        targets = self._read_targets(company, start, end).get(company, [])
        teams = self.env["crm.team"].with_context(active_test=False)
        teams = teams.search_fetch(
            [("company_id", "in", (company.id, False))], ["parent_id", "active"]
        )
        parents = {team.id: team.parent_id.id or None for team in teams}
        users = self.env["res.users"].with_context(active_test=False)
        users = users.search_fetch(
            [("share", "=", False), ("company_ids", "in", company.id)], ["active", "sale_team_id"]
        )
        return Snapshot(
            company_id=company.id,
            now=now,
            windows=windows,
            people=frozenset(users.filtered("active").ids),
            teams=parents,
            memberships={
                user.id: user.sale_team_id.id for user in users if user.sale_team_id.id in parents
            },
            book=self._get_target_book(targets, parents, working_days),
            working_days=working_days,
        )

    # ------------------------------------------------------------------
    # One KPI
    # ------------------------------------------------------------------

    def _store_snapshot(self, snapshot):
        self.ensure_one()
        values = self.env["crm.kpi.value"]
        first_day = min(window.start for window in snapshot.windows)
        known = {
            key: Known(*row)
            for key, row in values._read_known(self, self.env.company, first_day).items()
        }
        figures = self._read_window_figures(snapshot)
        rows, restated = [], []
        for window in snapshot.windows:
            if not self._is_known(window.end):
                continue  # its records no longer tell how things stood then: what is stored stays
            window_key = (window.unit, window.start)
            stored = {key[2:]: row for key, row in known.items() if key[:2] == window_key}
            is_closed = any(row.is_closed for row in stored.values())
            for key in self._get_window_keys(window, figures[window], stored, snapshot):
                value = self._get_figure(figures[window], key)
                row = stored.get(key)
                if row and row.is_closed:
                    if not kpi_snapshot.is_same(value, row.latest):
                        restated.append((row.id, value, fields.Datetime.now()))
                elif is_closed:
                    # Nobody knew of this figure when the period was closed.
                    rows.append(self._prepare_row(window, key, None, value, snapshot))
                else:
                    rows.append(self._prepare_row(window, key, value, None, snapshot))
        values._store_rows(rows)
        values._restate_rows(restated)

    def _get_window_keys(self, window, figures, stored, snapshot):
        """Whose figures are stored: everybody's of a running period, and of one that is over those
        of all who were known then, have a figure or a target."""
        keys = set(figures) | set(stored)
        keys |= snapshot.book.get_owners(self.id, window.start, window.end)
        is_personal = all(part.user_field for part in self._get_parts())
        if is_personal and not kpi_snapshot.is_over(window, snapshot.now):
            keys |= {("user", user_id) for user_id in snapshot.people}
            keys |= {("team", team_id) for team_id in snapshot.teams}
        return keys

    def _get_figure(self, figures, key):
        part = figures.get(key, (0, 0))
        return self._combine(*part)

    def _prepare_row(self, window, key, value, restated_value, snapshot):
        """The values of ``crm.kpi.value`` in their order."""
        scope, owner_id = key
        target = snapshot.book.get(self.id, scope, owner_id, window.start, window.end)
        expected = None
        if target is not None:
            expected = self._get_expected(
                target, window.start, window.end, snapshot.working_days, snapshot.now
            )
        rating = kpi_snapshot.rate(
            value,
            target,
            expected,
            direction=self.direction,
            floor=self.floor,
            cap=self.cap,
        )
        moment = fields.Datetime.now()
        user_id = owner_id if scope == "user" else None
        team_id = owner_id if scope == "team" else snapshot.memberships.get(user_id)
        return (
            self.id,
            snapshot.company_id,
            scope,
            user_id,
            team_id,
            window.unit,
            window.start,
            window.end - timedelta(days=1),
            value,
            value is None,
            target is not None,
            *rating,
            self.weight,
            kpi_snapshot.is_over(window, snapshot.now),
            restated_value,
            moment if restated_value is not None else None,
            moment,
        )

    # ------------------------------------------------------------------
    # Figures
    # ------------------------------------------------------------------

    def _read_window_figures(self, snapshot):
        """``{window: {(scope, id): (total, count)}}``"""
        filters = {"company_ids": [snapshot.company_id]}
        if not all(part.measure in SUMMED for part in self._get_parts()):
            return self._read_separate_figures(snapshot, filters)
        has_team = all(part.team_field for part in self._get_parts())
        memberships = None if has_team else snapshot.memberships
        return {
            window: kpi_snapshot.roll_up(parts, snapshot.teams, memberships)
            for window, parts in self._read_window_parts(snapshot, filters).items()
        }

    def _read_window_parts(self, snapshot, filters):
        """``{window: {(user id, team id): (total, count)}}``"""
        keys = ("user_id", "team_id")
        if self._is_additive() and not all(part.days_filled_date for part in self._get_parts()):
            # Each document once, where the periods would read it thrice.
            start, end = kpi_snapshot.get_span(snapshot.windows)
            return kpi_snapshot.add_up_months(
                self._read_parts(start, end, ("month", *keys), filters), snapshot.windows
            )
        spans = {window: (window.start, window.end) for window in snapshot.windows}
        figures = self._read_figures(list(spans.values()), keys, filters)
        return {window: figures[self.id, span] for window, span in spans.items()}

    def _read_separate_figures(self, snapshot, filters):
        """Medians and numbers of different values: read for each scope, they do not add up."""
        spans = {window: (window.start, window.end) for window in snapshot.windows}
        scopes = {"company": (), "user": ("user_id",), "team": ("team_id",)}
        parts = self._read_requests(
            [(self, names, span) for names in scopes.values() for span in spans.values()], filters
        )
        figures = {window: {("company", None): (0, 0)} for window in spans}
        for window, span in spans.items():
            for scope, names in scopes.items():
                for key, part in parts[self.id, names, span].items():
                    if not names or key[0]:
                        figures[window][scope, key[0] if names else None] = part
        # A team with sub-teams contains them: those few are read by themselves.
        for team_id in set(snapshot.teams.values()) - {None}:
            parts = self._read_figures(list(spans.values()), (), {**filters, "team_id": team_id})
            for window, span in spans.items():
                figures[window]["team", team_id] = parts[self.id, span].get((), (0, 0))
        return figures
