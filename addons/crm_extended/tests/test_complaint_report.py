from datetime import datetime, timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, new_test_user, tagged

from .complaint_common import ComplaintCommon


class ReportCommon(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Report = cls.env["crm.complaint.report"]
        # How many there are must not depend on what the database holds already
        cls.env["crm.complaint"].search([]).active = False

    def _create_complaints(self, count):
        return self.Complaint.create([{"name": "Sweet"} for _number in range(count)])

    def _move(self, complaints, *stages):
        """Move as users do: each step is written before the next one."""
        for stage in stages:
            complaints.stage_id = stage
            complaints.flush_recordset()

    def _measure(self, measure, complaints, **context):
        """The figure of some complaints, None where the report has none."""
        [[value]] = self.Report.with_context(**context)._read_group(
            [("id", "in", complaints.ids)], [], [measure]
        )
        return None if value is False else value

    def _rate(self, complaint, value):
        """Rate as a customer does, by the link in the mail."""
        token = complaint._rating_get_access_token(self.contact)
        complaint.rating_apply(value, token=token)


@tagged("post_install", "-at_install")
class TestComplaintReport(ReportCommon):
    def test_every_complaint_is_one_row_whatever_it_lacks(self):
        bare = self._create_complaint(team_id=False)
        full = self._create_complaint(
            order_id=self.order.id,
            product_id=self.product.id,
            category_id=self.category.id,
            cause_id=self.env["crm.complaint.cause"].create({"name": "Sugar"}).id,
            outcome="apology",
        )
        self.order.user_id = self.salesperson
        self.customer.country_id = self.env.ref("base.mn")
        rows = self.Report.search([])
        self.assertEqual(rows.complaint_id, bare | full)
        row = rows.filtered(lambda row: row.complaint_id == full)
        self.assertEqual(row.id, full.id)
        for name in self.Report._fields.keys() & self.Complaint._fields.keys():
            if self.Report._fields[name].column_type and name not in ("id", "solved_first_time"):
                self.assertEqual(row[name], full[name], name)
        self.assertEqual(row.salesperson_id, self.salesperson)
        self.assertEqual(row.product_category_id, self.product.categ_id)
        self.assertEqual(row.country_id.code, "MN")
        self.assertEqual(row.filed_by_id, full.create_uid)
        self.assertEqual(row.action_open_complaint()["res_id"], full.id)

    def test_merged_are_counted_where_they_went(self):
        kept, merged = self._create_complaint(), self._create_complaint()
        merged.write({"merged_into_id": kept.id, "active": False})
        with_archived = self.Report.with_context(active_test=False)
        rows = with_archived.search([("id", "in", (kept | merged).ids)])
        self.assertEqual(rows.complaint_id, kept)

    def test_archived_are_left_out_as_in_the_list(self):
        self._create_complaint(active=False)
        shown = self._create_complaint()
        self.assertEqual(self.Report.search([]).complaint_id, shown)

    def test_satisfaction_counts_those_who_rated(self):
        good, bad, _silent = complaints = self._create_complaints(3)
        self.assertIsNone(self._measure("rating:avg", complaints))
        self.assertIsNone(self._measure("satisfied:avg", complaints))
        self._rate(good, 5)
        self._rate(bad, 1)
        self.assertEqual(self._measure("rating:avg", complaints), 3)
        self.assertEqual(self._measure("satisfied:avg", complaints), 50)
        self._rate(good, 3)  # changes their mind
        self.assertEqual(self._measure("rating:avg", complaints), 2)
        self.assertEqual(self._measure("satisfied:avg", complaints), 0)

    def test_repeats(self):
        first, second, *_others = complaints = self._create_complaints(4)
        second.repeat_of_id = first
        self.assertEqual(self._measure("repeated:avg", complaints), 25)

    def test_costs_add_up(self):
        complaints = self.Complaint.create(
            [{"name": "Sweet", "manual_cost": cost} for cost in (100, 20.5, 0)]
        )
        self.assertAlmostEqual(self._measure("cost:sum", complaints), 120.5)

    def test_costs_of_companies_with_other_currencies(self):
        currency, company = self.env.ref("base.CHF"), self.other_company
        currency.active = True
        company.currency_id = currency
        rates = [("2026-01-01", 2.0), ("2026-03-01", 4.0)]
        self.env["res.currency.rate"].search([("currency_id", "=", currency.id)]).unlink()
        self.env["res.currency.rate"].create(
            [
                {"currency_id": currency.id, "name": day, "rate": rate, "company_id": False}
                for day, rate in rates
            ]
        )
        complaints = self.Complaint.create(
            [
                {
                    "name": "Sweet",
                    "manual_cost": 100,
                    "company_id": owner.id,
                    "received_date": f"2026-{month}-15 12:00:00",
                }
                for owner, month in (
                    (self.env.company, "01"),
                    (company, "02"),
                    (company, "03"),
                )
            ]
            + [
                {
                    "name": "Before any rate",
                    "manual_cost": 100,
                    "company_id": company.id,
                    "received_date": "2025-01-01",
                }
            ]
        )
        ours, theirs = self.env.company, company
        both = {"allowed_company_ids": [ours.id, theirs.id]}
        for complaint in complaints:
            expected = complaint.currency_id._convert(
                100, ours.currency_id, ours, complaint.received_date.date()
            )
            self.assertAlmostEqual(
                self._measure("cost:sum", complaint, **both), expected, 2, complaint.received_date
            )
        self.assertAlmostEqual(self._measure("cost:sum", complaints, **both), 100 + 50 + 25 + 50, 2)
        swiss = {"allowed_company_ids": [theirs.id, ours.id]}
        self.assertAlmostEqual(self._measure("cost:sum", complaints[0], **swiss), 200, 2)
        self.assertEqual(
            self.Report.with_context(**swiss).search([], limit=1).currency_id, currency
        )


@tagged("post_install", "-at_install")
class TestComplaintReportHonesty(ReportCommon):
    """Figures that nobody improves by anything but better work."""

    FIRST_TIME = "solved_first_time:avg"
    REOPENED = "reopened:avg"

    def test_open_complaints_say_nothing_of_solutions(self):
        complaint = self._create_complaint()
        self.assertIsNone(self._measure(self.FIRST_TIME, complaint))
        self.assertIsNone(self._measure(self.REOPENED, complaint))

    def test_closing_and_reopening_never_improves_a_figure(self):
        solved, troubled = complaints = self._create_complaints(2)
        solved.stage_id = self.stage_closed
        self.assertEqual(self._measure(self.FIRST_TIME, complaints), 100)
        troubled.stage_id = self.stage_closed
        self.assertEqual(self._measure(self.FIRST_TIME, complaints), 100)
        for stage in (self.stage_new, self.stage_closed, self.stage_new, self.stage_declined) * 2:
            troubled.stage_id = stage
            self.assertEqual(self._measure(self.FIRST_TIME, complaints), 50, stage.name)
            self.assertEqual(self._measure(self.REOPENED, complaints), 50, stage.name)
        self.assertEqual(self._measure("reopen_count:sum", complaints), 4)

    def test_the_two_shares_always_make_a_whole(self):
        complaints = self._create_complaints(7)
        self._move(complaints[:5], self.stage_closed)
        self._move(complaints[:2], self.stage_new)
        self._move(complaints[0], self.stage_closed)
        first_time = self._measure(self.FIRST_TIME, complaints)
        self.assertEqual(first_time, 60)
        self.assertEqual(first_time + self._measure(self.REOPENED, complaints), 100)

    def test_an_average_of_groups_is_that_of_their_complaints(self):
        """Not the average of averages: three of four weigh more than one of one."""
        complaints = self.Complaint.create(
            [{"name": "Sweet", "channel": channel} for channel in ["web"] * 4 + ["sms"]]
        )
        self._move(complaints, self.stage_closed)
        self._move(complaints[0], self.stage_new)
        by_channel = dict(
            self.Report._read_group([("id", "in", complaints.ids)], ["channel"], [self.FIRST_TIME])
        )
        self.assertEqual(by_channel, {"web": 75, "sms": 100})
        self.assertEqual(self._measure(self.FIRST_TIME, complaints), 80)


@tagged("post_install", "-at_install")
@freeze_time("2026-05-20 12:00:00")
class TestComplaintReportDeadlines(ReportCommon):
    """Received on a Monday at 8:00, answered and closed in the same week of eight-hour days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.complaint.sla"].search([]).active = False
        calendar = cls.env["resource.calendar"].create(
            {"name": "Eight Hours", "tz": "UTC", "company_id": False}
        )
        cls.team.resource_calendar_id = calendar
        cls.sla = cls.env["crm.complaint.sla"].create(
            {"name": "Eight and Sixteen", "first_response_hours": 8, "resolution_hours": 16}
        )

    def _file(self, answered=None, closed=None, **values):
        monday = datetime(2026, 5, 11, 8)
        complaint = self._create_complaint(
            received_date=monday,
            first_response_date=answered and monday + answered,
            stage_id=(self.stage_closed if closed else self.stage_new).id,
            resolved_date=closed and monday + closed,
            team_id=self.team.id,
            **values,
        )
        self.env.flush_all()
        return complaint

    def test_hours_are_averaged_over_what_was_answered_and_closed(self):
        fast = self._file(timedelta(hours=2), timedelta(days=1))
        slow = self._file(timedelta(days=2, hours=1))
        silent = self._file()
        complaints = fast | slow | silent
        expected = (fast.first_response_hours + slow.first_response_hours) / 2
        self.assertAlmostEqual(expected, (2 + 17) / 2)
        self.assertAlmostEqual(self._measure("first_response_hours:avg", complaints), expected)
        self.assertAlmostEqual(self._measure("resolution_hours:avg", complaints), 8)
        self.assertIsNone(self._measure("first_response_hours:avg", silent))
        self.assertIsNone(self._measure("resolution_hours:avg", slow | silent))

    def test_in_time_is_a_share_of_those_with_a_deadline(self):
        in_time = self._file(timedelta(hours=2), timedelta(days=1))
        late = self._file(timedelta(days=2), timedelta(days=3))
        complaints = in_time | late
        for measure in ("first_response_met:avg", "resolution_met:avg"):
            self.assertEqual(self._measure(measure, complaints), 50, measure)
        self.sla.active = False
        unpromised = self._file(timedelta(days=2), timedelta(days=3))
        self.assertFalse(unpromised.first_response_deadline)
        for measure in ("first_response_met:avg", "resolution_met:avg"):
            self.assertIsNone(self._measure(measure, unpromised), measure)
            self.assertEqual(self._measure(measure, complaints | unpromised), 50, measure)

    def test_not_answering_does_not_keep_the_share_up(self):
        answered = self._file(timedelta(hours=2), timedelta(days=1))
        overdue = self._file()
        self.assertFalse(overdue.first_response_sla_met)
        for measure in ("first_response_met:avg", "resolution_met:avg"):
            self.assertEqual(self._measure(measure, answered | overdue), 50, measure)
        due = self._create_complaint(team_id=self.team.id, received_date=datetime(2026, 5, 20, 11))
        for measure in ("first_response_met:avg", "resolution_met:avg"):
            self.assertIsNone(self._measure(measure, due), measure)

    def test_reopening_does_not_bring_a_missed_deadline_back(self):
        late = self._file(timedelta(hours=1), timedelta(days=5))
        self.assertEqual(self._measure("resolution_met:avg", late), 0)
        self._move(late, self.stage_new)
        self.assertEqual(self._measure("resolution_met:avg", late), 0)
        self._move(late, self.stage_closed)
        self.assertEqual(self._measure("resolution_met:avg", late), 0)


@tagged("post_install", "-at_install")
class TestComplaintReportGroups(ReportCommon):
    def test_customer_group_counts_each_complaint_once(self):
        wholesale, north = tags = self.env["res.partner.category"].create(
            [{"name": "Wholesale"}, {"name": "North"}]
        )
        self.customer.category_id = tags
        self.other_customer.category_id = north
        complaints = self.Complaint.create(
            [
                {"name": "Sweet", "partner_id": partner.id, "manual_cost": cost}
                for partner, cost in (
                    (self.contact, 10),
                    (self.colleague, 20),
                    (self.other_customer, 40),
                )
            ]
            + [{"name": "From nobody", "manual_cost": 80}]
        )
        groups = self.Report.formatted_read_group(
            [("id", "in", complaints.ids)], ["customer_tag_ids"], ["__count", "cost:sum"]
        )
        figures = {
            group["customer_tag_ids"] and group["customer_tag_ids"][0]: (
                group["__count"],
                group["cost:sum"],
            )
            for group in groups
        }
        self.assertEqual(figures, {wholesale.id: (2, 30), north.id: (3, 70), False: (1, 80)})
        grouped, total = self.Report.formatted_read_grouping_sets(
            [("id", "in", complaints.ids)], [["customer_tag_ids"], []], ["__count", "cost:sum"]
        )
        self.assertEqual(len(grouped), 3)
        self.assertEqual((total[0]["__count"], total[0]["cost:sum"]), (4, 150))
        for group in groups:  # opening a cell shows what it counted
            found = self.Report.search(group["__extra_domain"])
            self.assertEqual(len(found & self.Report.browse(complaints.ids)), group["__count"])

    def test_a_month_begins_where_its_reader_is(self):
        complaint = self._create_complaint(received_date=datetime(2026, 4, 30, 20, 0))
        for zone, month in (("Asia/Ulaanbaatar", 5), ("America/New_York", 4), (False, 4)):
            [[start]] = self.Report.with_context(tz=zone)._read_group(
                [("id", "=", complaint.id)], ["received_date:month"]
            )
            self.assertEqual(start.month, month, zone)

    @freeze_time("2026-05-20 12:00:00")
    def test_months_of_receiving_and_closing(self):
        complaint = self._create_complaint(received_date=datetime(2026, 3, 2))
        complaint.stage_id = self.stage_closed
        [[received, closed]] = self.Report._read_group(
            [("id", "=", complaint.id)], ["received_date:month", "closed_date:month"]
        )
        self.assertEqual((received.month, closed.month), (3, 5))

    def test_what_was_changed_a_moment_ago_is_counted(self):
        complaint = self._create_complaint()
        complaint.manual_cost = 5
        self.assertEqual(self._measure("cost:sum", complaint), 5)
        complaint.manual_cost = 7
        self.assertEqual(self._measure("cost:sum", complaint), 7)


@tagged("post_install", "-at_install")
class TestComplaintReportAccess(ReportCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.member = new_test_user(
            cls.env, "complaint_member", "crm_extended.group_crm_complaint_user"
        )
        cls.leader = new_test_user(
            cls.env, "complaint_leader", "crm_extended.group_crm_complaint_user"
        )
        cls.quality_team.write({"member_ids": cls.member.ids, "user_id": cls.leader.id})
        cls.env["crm.complaint"].create(
            [
                {"name": "Nobody's team", "team_id": cls.team.id},
                {"name": "Theirs", "team_id": cls.quality_team.id},
                {"name": "Mine", "team_id": cls.quality_team.id, "user_id": cls.service_user.id},
                {"name": "Abroad", "company_id": cls.other_company.id},
            ]
        )
        followed = cls._create_complaint(team_id=cls.quality_team.id)
        followed.message_subscribe(cls.salesperson.partner_id.ids)
        cls.Complaint.with_user(cls.salesperson).create(
            {"name": "Typed in", "team_id": cls.quality_team.id}
        )

    def test_everybody_sees_the_complaints_that_the_list_shows(self):
        seen = {}
        users = self.service_user | self.manager | self.salesperson | self.member | self.leader
        for user in users:
            complaints = self.Complaint.with_user(user).search([])
            rows = self.Report.with_user(user).search([])
            self.assertEqual(set(rows.ids), set(complaints.ids), user.login)
            rows.mapped("number")
            counted = self.Report.with_user(user)._read_group([], [], ["__count"])
            self.assertEqual(counted, [(len(complaints),)])
            seen[user.login] = len(complaints)
        # the comparison means something: not everybody sees the same
        self.assertGreater(len(set(seen.values())), 2, seen)
        self.assertEqual(max(seen.values()), seen["complaint_manager"])

    def test_another_company_is_seen_by_whoever_works_there(self):
        self.manager.company_ids = [Command.link(self.other_company.id)]
        Report = self.Report.with_user(self.manager)
        ours, both = self.env.company, self.env.company | self.other_company
        for companies, seen in ((ours, False), (both, True)):
            rows = Report.with_context(allowed_company_ids=companies.ids).search([])
            self.assertEqual("Abroad" in rows.mapped("name"), seen)

    def test_customers_and_strangers_have_no_figures(self):
        for user in (self.portal_user, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                self.Report.with_user(user).search([])
            with self.assertRaises(AccessError):
                self.Report.with_user(user)._read_group([], [], ["__count"])

    def test_nobody_writes_into_figures(self):
        row = self.Report.with_user(self.manager).search([], limit=1)
        for change in (lambda: row.write({"rating": 5}), row.unlink):
            with self.assertRaises(AccessError):
                change()
