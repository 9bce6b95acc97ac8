from contextlib import closing, contextmanager
from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import BasketCommon, everything_significant

RUNNER = "odoo.addons.crm_analytics.models.product_affinity_run"


class Killed(BaseException):
    """As SystemExit: nothing catches it."""


@tagged("post_install", "-at_install")
class TestProductAffinityRun(BasketCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Run = cls.env["product.affinity.run"]
        cls.cron = cls.env.ref("crm_analytics.ir_cron_run_affinities")
        cls.nightly = cls.env.ref("crm_analytics.ir_cron_compute_affinities")

    def setUp(self):
        super().setUp()
        self.enterContext(everything_significant())

    def run_cron(self, cron=None):
        cron = cron or self.cron
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(cron.failure_count, 0)
        self.env.invalidate_all()

    def compute(self, company=None, full=False):
        run = self.Run._request(company or self.company, full)
        self.run_cron()
        return run

    @contextmanager
    def steps(self, **steps):
        """Let runs have these steps: {name: method}."""
        with patch.object(type(self.Run), "_get_steps", lambda run: list(steps)):
            for name, method in steps.items():
                self.enterContext(
                    patch.object(type(self.Run), f"_step_{name}", method, create=True)
                )
            yield

    def kill_run(self):
        """Let the scheduled action be killed by what it does; return whether it was."""
        with self.enter_registry_test_mode(), closing(self.registry.cursor()) as cr:
            # assertRaises would take back what was committed before
            try:
                self.env(cr=cr)["product.affinity.run"]._cron_run()
            except Killed:
                return True
            finally:
                self.env.invalidate_all()
        return False

    # Requests

    def test_one_open_run_a_company(self):
        run = self.Run._request(self.company)
        self.assertEqual(run.state, "queued")
        self.assertEqual(self.Run._request(self.company), run)
        other = self.Run._request(self.other_company)
        self.assertNotEqual(other, run)
        self.run_cron()
        self.assertEqual((run + other).mapped("state"), ["done", "done"])
        self.assertNotEqual(self.Run._request(self.company), run)

    def test_database_refuses_a_second_open_run(self):
        self.Run._request(self.company)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.Run.create({"company_id": self.company.id})

    def test_waiting_run_becomes_full(self):
        run = self.Run._request(self.company)
        self.Run._request(self.company, full=True)
        self.assertTrue(run.full)
        self.Run._request(self.company)
        self.assertTrue(run.full)

    def test_compute_now_opens_the_run(self):
        self.confirm_orders()
        triggers = self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.cron.id)])
        action = self.Affinity.with_user(self.manager).action_compute_now()
        self.assertEqual(
            self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.cron.id)]),
            triggers + 1,
        )
        run = self.env[action["res_model"]].with_user(self.manager).browse(action["res_id"])
        self.assertEqual((run.company_id, run.state, run.progress), (self.company, "queued", 0))
        self.assertIn("Waiting", run.message)
        self.run_cron()
        self.assertEqual((run.state, run.progress), ("done", 100))
        self.assertEqual((run.order_count, run.line_count, run.pair_count), (10, 18, 6))
        self.assertIn("6 pairs that go together found in 10 orders", run.message)
        self.assertTrue(run.create_date and run.started_date and run.finished_date)
        self.assertPairs("ab ba ac ca bc cb")
        action = run.action_view_affinities()
        self.assertEqual(self.Affinity.search_count(action["domain"]), 6)

    def test_compute_all_is_full(self):
        action = self.Run.with_user(self.manager).action_compute_all()
        self.assertTrue(self.Run.browse(action["res_id"]).full)

    def test_says_when_nothing_is_found(self):
        run = self.compute()
        self.assertEqual(run.state, "done")
        self.assertIn("in 0 orders", run.message)
        self.confirm_orders(["ab"])
        self.assertIn("on 2 confirmed orders", self.compute().message)

    def test_version_grows_with_each_replacement(self):
        self.confirm_orders()
        self.compute()
        self.assertEqual(self.company.affinity_version, 1)
        self.assertTrue(self.company.affinity_date)
        self.compute()
        self.assertEqual(self.company.affinity_version, 1, "nothing has changed")
        self.compute(full=True)
        self.assertEqual(self.company.affinity_version, 2)

    # The night

    def test_night_computes_each_company_once(self):
        self.skip_other_companies()
        companies = self.company + self.other_company
        for company in companies:
            self.confirm_orders(["ab", "ab", "d"], company=company)
        self.run_cron(self.nightly)
        runs = self.Run.search([("company_id", "in", companies.ids)])
        self.assertEqual(runs.mapped("state"), ["queued", "queued"])
        self.assertEqual(runs.mapped("full"), [True, True], "there is nothing to go on from")
        self.run_cron()
        for company in companies:
            self.assertPairs("ab ba", company)
        self.run_cron(self.nightly)
        self.assertEqual(self.Run.search([("company_id", "in", companies.ids)]), runs)

    def test_all_orders_are_read_once_a_week(self):
        self.skip_other_companies()
        for days, full in ((3, False), (8, True)):
            self.set_finished_run(self.company, days=days, full=True)
            self.set_finished_run(self.company, days=1)
            self.run_cron(self.nightly)
            run = self.Run.search([("company_id", "=", self.company.id)], limit=1)
            self.assertEqual((run.state, run.full), ("queued", full))
            self.Run.search([("company_id", "=", self.company.id)]).unlink()

    def test_runs_of_long_ago_are_deleted(self):
        gone = self.set_finished_run(self.company, days=200)
        last = self.set_finished_run(self.company, days=120)
        gone += self.set_finished_run(self.company, days=100, state="failed")
        recent = self.set_finished_run(self.other_company, days=80, state="failed")
        self.Run._gc_runs()
        self.assertFalse(gone.exists())
        self.assertEqual((last + recent).exists(), last + recent)

    # Steps

    def test_step_of_several_batches(self):
        seen = []

        def count(run):
            seen.append((run.step, run.position, round(run.progress), run.message))
            run.position += 10
            return 4 - len(seen)

        def last(run):
            seen.append((run.step, run.position, round(run.progress), run.message))

        with self.steps(count=count, last=last):
            run = self.compute()
        self.assertEqual(
            seen,
            [
                ("count", 0, 0, "Step 1 of 2: count"),
                ("count", 10, 12, "Step 1 of 2: count"),
                ("count", 20, 25, "Step 1 of 2: count"),
                ("count", 30, 38, "Step 1 of 2: count"),
                ("last", 0, 50, "Step 2 of 2: last"),
            ],
        )
        self.assertEqual(run.state, "done")

    def test_failing_step_leaves_what_was_there_and_the_others_theirs(self):
        for company in self.company + self.other_company:
            self.confirm_orders(["ab", "ab", "d"], company=company)
        self.compute()
        failing = self.company
        replace = type(self.Affinity)._replace_company

        def fail_for_one(model, company):
            found = replace(model, company)
            if company == failing:
                raise ValueError("broken in the middle")
            return found

        self.confirm_orders(["cd", "cd", *"ee"])
        run = self.Run._request(self.company)
        other = self.Run._request(self.other_company)
        with (
            patch.object(type(self.Affinity), "_replace_company", fail_for_one),
            mute_logger(RUNNER),
        ):
            self.run_cron()
        self.assertEqual((run.state, other.state), ("failed", "done"))
        self.assertIn("broken in the middle", run.message)
        self.assertIn("still shown", run.message)
        self.assertPairs("ab ba")
        self.assertEqual(self.company.affinity_version, 1)
        self.assertPairs("ab ba", self.other_company)
        self.assertEqual(self.compute().state, "done", "although no order has changed since")
        self.assertPairs("ab ba cd dc")

    def test_killed_run_goes_on_where_it_was(self):
        done = []

        def count(run):
            done.append(run.position)
            run.position += 1
            if len(done) == 2:
                raise Killed
            return 2 - run.position

        def last(run):
            done.append("last")

        with self.steps(count=count, last=last):
            run = self.Run._request(self.company)
            self.assertTrue(self.kill_run())
            self.assertEqual((run.state, run.step, run.position), ("running", "count", 1))
            self.assertEqual(self.Run._request(self.company), run)
            self.run_cron()
        self.assertEqual(done, [0, 1, 1, "last"])
        self.assertEqual(run.state, "done")

    def test_killed_while_replacing_leaves_the_old_rows(self):
        self.confirm_orders(["ab", "ab", "d"])
        self.compute()
        self.confirm_orders(["cd", "cd", *"ee"])
        replace = type(self.Affinity)._replace_company

        def killed(model, company):
            replace(model, company)
            raise Killed

        run = self.Run._request(self.company)
        with patch.object(type(self.Affinity), "_replace_company", killed):
            self.assertTrue(self.kill_run())
        self.assertPairs("ab ba")
        self.run_cron()
        self.assertEqual(run.state, "done")
        self.assertPairs("ab ba cd dc")

    def test_step_that_kills_every_server_ends(self):
        def kill(run):
            raise Killed

        with self.steps(kill=kill), patch(f"{RUNNER}.MAX_ATTEMPTS", 2):
            run = self.Run._request(self.company)
            self.assertTrue(self.kill_run())
            self.assertTrue(self.kill_run())
            self.assertFalse(self.kill_run())
        self.assertEqual(run.state, "failed")
        self.assertIn("again and again", run.message)

    # Rights

    def test_only_administrators_of_sales(self):
        run = self.Run._request(self.company)
        other = self.Run._request(self.other_company)
        mine = self.Run.with_user(self.manager).search([])
        self.assertEqual(mine & (run + other), run)
        for operation in ("write", "create", "unlink"):
            self.assertFalse(run.with_user(self.manager).has_access(operation), operation)
        portal = new_test_user(self.env, login="run_portal", groups="base.group_portal")
        for user in (self.salesman, portal, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                run.with_user(user).read(["state"])
            for method in ("action_compute_now", "action_compute_all"):
                with self.assertRaisesRegex(UserError, "sales administrator"):
                    getattr(self.Run.with_user(user), method)()
        self.assertFalse(run.full)

    def test_counts_are_nobodys_business(self):
        for name in ("product.affinity.range", "product.affinity.block"):
            for user in (self.salesman, self.manager):
                with self.assertRaises(AccessError):
                    self.env[name].with_user(user).search([])

    # What the tests share

    def set_finished_run(self, company, days, **values):
        run = self.Run.create({"company_id": company.id, "state": "done", **values})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE product_affinity_run SET create_date = %s WHERE id = %s",
            [fields.Datetime.now() - relativedelta(days=days), run.id],
        )
        run.invalidate_recordset()
        return run

    def skip_other_companies(self):
        ours = self.company + self.other_company
        others = self.env["res.company"].search(Domain("id", "not in", ours.ids))
        self.Run.search([("company_id", "in", others.ids)]).unlink()
        self.Run.create([{"company_id": company.id, "state": "done"} for company in others])
