from datetime import datetime

from markupsafe import Markup
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tests.common import tagged
from odoo.tools import mute_logger

from .complaint_common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestComplaintMerge(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.target, cls.first, cls.second = (
            cls._create_complaint(team_id=cls.team.id, **values)
            for values in (
                {
                    "name": "Too sweet",
                    "partner_id": cls.contact.id,
                    "received_date": datetime(2026, 3, 2),
                    "description": Markup("<p>By phone</p>"),
                },
                {
                    "name": "Sweet, again",
                    "partner_id": cls.colleague.id,
                    "order_id": cls.order.id,
                    "received_date": datetime(2026, 3, 1),
                    "first_response_date": datetime(2026, 3, 3),
                    "description": Markup("<p>By mail</p>"),
                    "priority": "2",
                },
                {
                    "name": "Sweet pie",
                    "product_id": cls.product.id,
                    "received_date": datetime(2026, 3, 4),
                    "first_response_date": datetime(2026, 3, 5),
                    "user_id": cls.service_user.id,
                },
            )
        )
        cls.duplicates = cls.first | cls.second

    def _merge(self, sources=None, target=None, user=None, **options):
        user = user or self.service_user
        target = (target or self.target).with_user(user)
        (sources or self.duplicates).with_user(user)._merge_into(target, **options)

    def _count_attached(self, complaints):
        """Everything that belongs to these complaints by model and id."""
        counts = {}
        for model_name, model_field in (
            ("mail.message", "model"),
            ("mail.activity", "res_model"),
            ("ir.attachment", "res_model"),
        ):
            records = self.env[model_name].with_context(active_test=False)
            counts[model_name] = records.search_count(
                [(model_field, "=", "crm.complaint"), ("res_id", "in", complaints.ids)]
            )
        return counts

    def test_fields_are_filled_and_kept(self):
        self._merge()
        self.assertEqual(self.target.name, "Too sweet")
        self.assertEqual(self.target.partner_id, self.contact)
        self.assertEqual(self.target.order_id, self.order)
        self.assertEqual(self.target.product_id, self.product)
        self.assertEqual(self.target.user_id, self.service_user)
        self.assertEqual(self.target.priority, "2")
        self.assertEqual(self.target.received_date, datetime(2026, 3, 1))
        self.assertEqual(self.target.first_response_date, datetime(2026, 3, 3))
        description = str(self.target.description)
        self.assertLess(description.index("By phone"), description.index("By mail"))
        self.assertIn(self.first.number, description)
        for merged in self.duplicates:
            self.assertFalse(merged.active)
            self.assertEqual(merged.merged_into_id, self.target)
            self.assertIn(f'data-oe-id="{self.target.id}"', merged.message_ids[0].body)
        notes = "".join(self.target.message_ids.mapped("body"))
        for merged in self.duplicates:
            self.assertIn(f'data-oe-id="{merged.id}"', notes)

    def test_a_category_of_the_duplicate_does_not_move_the_target(self):
        self.first.category_id = self.parent_category
        self.first.team_id = self.team
        self.target.user_id = self.service_user
        self._merge()
        self.assertEqual(self.target.category_id, self.parent_category)
        self.assertEqual(self.target.team_id, self.team)
        self.assertEqual(self.target.user_id, self.service_user)

    def test_an_order_line_comes_with_its_order_and_product_only(self):
        line = self.env["sale.order.line"].create(
            {"order_id": self.order.id, "product_id": self.product.id}
        )
        self.first.order_line_id = line
        other_order = self.order.copy()
        other_target = self._create_complaint(
            partner_id=self.contact.id, order_id=other_order.id, team_id=self.team.id
        )
        self._merge(self.first, other_target)
        self.assertEqual(other_target.order_id, other_order)
        self.assertFalse(other_target.order_line_id)
        self.second.order_line_id = line
        self.second.partner_id = self.contact
        self._merge(self.second)
        self.assertEqual(self.target.order_line_id, line)

    def test_nothing_is_lost(self):
        everything = self.target | self.duplicates
        subtypes = self.env.ref("mail.mt_comment") | self.env.ref("crm_extended.mt_complaint_stage")
        for complaint in everything:
            complaint.message_post(
                body="Said", attachments=[("photo.png", b"png")], subtype_xmlid="mail.mt_comment"
            )
            complaint.activity_schedule("mail.mail_activity_data_call", user_id=self.manager.id)
        done = self.first.activity_schedule("mail.mail_activity_data_call")
        done.action_feedback("Done")
        self.env["ir.attachment"].create(
            {"name": "loose.txt", "res_model": "crm.complaint", "res_id": self.second.id}
        )
        for complaint, partner in (
            (self.target, self.contact),
            (self.first, self.contact),
            (self.first, self.colleague),
            (self.second, self.colleague),
            (self.second, self.customer),
        ):
            complaint.message_subscribe(partner.ids, subtypes[:1].ids)
        self.first.message_subscribe(self.contact.ids, subtypes[1].ids)
        partners = everything.message_partner_ids
        self.env.flush_all()
        before = self._count_attached(everything)
        self.assertTrue(all(before.values()))
        self._merge()
        self.env.flush_all()
        self.env.invalidate_all()
        notes = 3  # one on each
        tracked = 1 + 2  # the target's new values, and each of the others archived
        after = self._count_attached(everything)
        self.assertGreaterEqual(after["mail.message"], before["mail.message"] + notes)
        self.assertLessEqual(after["mail.message"], before["mail.message"] + notes + tracked)
        for model_name in ("mail.activity", "ir.attachment"):
            self.assertEqual(after[model_name], before[model_name])
        left = self._count_attached(self.duplicates)
        self.assertFalse(left["mail.activity"] + left["ir.attachment"])
        self.assertEqual(self.target.message_partner_ids, partners)
        self.assertFalse(self.duplicates.message_partner_ids)
        follower = self.target.message_follower_ids.filtered(
            lambda follower: follower.partner_id == self.contact
        )
        self.assertEqual(follower.subtype_ids & subtypes, subtypes)

    def test_merged_number_finds_the_target(self):
        self._merge()
        for number in self.duplicates.mapped("number"):
            found = self.Complaint.name_search(number)
            self.assertEqual([complaint_id for complaint_id, _name in found], self.target.ids)
        last = self._create_complaint(partner_id=self.contact.id, team_id=self.team.id)
        self._merge(self.target, last)
        self.assertEqual(
            self.Complaint.search([("merged_numbers", "ilike", self.first.number)]), last
        )
        self.assertEqual(self.first._get_merge_target(), last)
        self.assertFalse(self.target.merged_numbers)

    def test_merged_number_finds_the_target_in_the_search_bar(self):
        self._merge()
        arch = self.Complaint.get_view(view_type="search")["arch"]
        self.assertIn("'merged_numbers', 'ilike', self", arch)

    def test_what_cannot_be_merged(self):
        elsewhere = self._create_complaint(company_id=self.other_company.id, team_id=self.team.id)
        for sources, target in (
            (self.target, self.target),
            (self.target | self.first, self.target),
            (self.Complaint, self.target),
            (elsewhere, self.target),
        ):
            with self.assertRaises(UserError):
                sources._merge_into(target)
        self._merge(self.first)
        with self.assertRaises(UserError):
            self._merge(self.first, self.second)
        with self.assertRaises(UserError):
            self._merge(self.second, self.first)
        self.assertTrue(self.second.active)

    def test_merged_one_stays_dead(self):
        self._merge()
        self.first.with_user(self.manager).name = "Renamed"
        for values in ({"active": True}, {"stage_id": self.stage_closed.id}):
            with self.subTest(**values), self.assertRaises(UserError):
                self.first.with_user(self.manager).write(values)
        self.assertFalse(self.first._reopen())
        with self.assertRaises(UserError):
            self.first.action_unarchive()
        self.assertFalse(self.first.active)

    def test_different_customers_only_by_a_manager_who_says_so(self):
        other = self._create_complaint(
            partner_id=self.other_customer.id, team_id=self.team.id, order_id=self.other_order.id
        )
        with self.assertRaises(UserError):
            self._merge(other, user=self.manager)
        with self.assertRaises(AccessError):
            self._merge(other, allow_other_customers=True)
        self._merge(other, user=self.manager, allow_other_customers=True)
        self.assertEqual(self.target.partner_id, self.contact)
        self.assertFalse(self.target.order_id, "an order of somebody else")

    def test_rights_on_all_of_them(self):
        self.quality_team.member_ids = self.manager
        foreign = self._create_complaint(
            partner_id=self.contact.id, team_id=self.quality_team.id, user_id=self.manager.id
        )
        with self.assertRaises(AccessError):
            self._merge(foreign)
        with self.assertRaises(AccessError):
            self._merge(self.first, foreign)
        with self.assertRaises(AccessError):
            self._merge(self.first, user=self.portal_user)

    def test_what_is_written_to_the_merged_one_lands_in_the_target(self):
        self.portal_user.partner_id.parent_id = self.customer
        self._merge()
        message = self.first.with_user(self.portal_user).message_post(
            body="And?", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertEqual(message.res_id, self.target.id)
        self.assertIn(message, self.target.message_ids)

    def test_mail_reply_to_the_old_thread_lands_in_the_target(self):
        sent = self.first.message_post(body="We look at it", subtype_xmlid="mail.mt_comment")
        self._merge()
        for references in (sent.message_id, f"<abc-openerp-{self.first.id}-crm.complaint@gone>"):
            with self.subTest(references=references):
                mail = (
                    f"From: {self.contact.email}\nTo: nobody@example.com\nSubject: Re: sweet\n"
                    f"Message-Id: <{len(references)}@mail.example.com>\n"
                    f"In-Reply-To: {references}\nReferences: {references}\n"
                    "Content-Type: text/plain\n\nStill sweet\n"
                )
                count = len(self.target.message_ids)
                if references == sent.message_id:
                    self.env["mail.thread"].message_process(None, mail)
                else:
                    # a thread known by its record: what the gateway does once it has found it
                    self.first.message_update({"email_from": self.contact.email})
                    self.first.message_post(body="Still sweet", message_type="email")
                self.assertEqual(len(self.target.message_ids), count + 1)

    def test_merging_duplicates_makes_no_repeats(self):
        self.first.product_id = self.target.product_id = self.product
        self.assertEqual(self.target.repeat_of_id, self.first)
        self._merge()
        self.assertFalse(self.target.repeat_of_id)
        self.assertFalse(self.target.recurrence_count)

    def test_target_of_others_is_not_deleted(self):
        self._merge()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.target.unlink()

    def test_dialog(self):
        self.target.stage_id = self.stage_closed
        wizard = Form(
            self.env["crm.complaint.merge"]
            .with_user(self.service_user)
            .with_context(
                active_model="crm.complaint", active_ids=(self.target | self.duplicates).ids
            )
        )
        self.assertEqual(wizard.target_id, self.first, "open, and received first")
        self.assertFalse(wizard.closes_open)
        wizard.target_id = self.target
        self.assertTrue(wizard.closes_open)
        action = wizard.save().action_merge()
        self.assertEqual(action["res_id"], self.target.id)
        self.assertEqual(self.duplicates.merged_into_id, self.target)

    def test_dialog_opens_as_the_web_client_opens_it(self):
        wizard = self.env["crm.complaint.merge"].with_context(
            active_model="crm.complaint", active_ids=self.duplicates.ids
        )
        specification = {"target_id": {}, "complaint_ids": {"fields": {"number": {}}}}
        values = wizard.onchange({}, [], specification)["value"]
        self.assertEqual(len(values["complaint_ids"]), 2)
        self.assertEqual(values["target_id"], self.first.id)

    def test_dialog_takes_no_confirmation_from_a_user(self):
        self.second.partner_id = self.other_customer
        wizard = self.env["crm.complaint.merge"].with_user(self.service_user)
        values = {
            "complaint_ids": [Command.set((self.target | self.second).ids)],
            "target_id": self.target.id,
        }
        with self.assertRaises(AccessError):
            wizard.create({**values, "allow_other_customers": True})
        with self.assertRaises(UserError):
            wizard.create(values).action_merge()

    def test_many_cost_as_many_queries_as_few(self):
        def count_queries(number):
            target = self._create_complaint(team_id=self.team.id)
            complaints = self.Complaint.create(
                [{"name": "Same", "team_id": self.team.id} for _number in range(number)]
            )
            complaints.message_subscribe((self.contact | self.colleague).ids)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._merge(complaints, target, user=self.manager)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count_queries(2)
        self.assertLessEqual(count_queries(100), count_queries(10) + 15)
