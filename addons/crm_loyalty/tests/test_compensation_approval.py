from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .compensation_common import CompensationCommon


@tagged("post_install", "-at_install")
class TestCompensationApproval(CompensationCommon):
    def test_above_the_limit_a_manager_approves(self):
        compensation = self._give_voucher(50.01)
        self.assertEqual(compensation.state, "to_approve")
        self.assertFalse(compensation.card_id)
        activity = self.complaint.activity_ids
        self.assertEqual(activity.user_id, self.manager)
        compensation.with_user(self.manager).action_approve()
        self.assertEqual(compensation.state, "approved")
        self.assertEqual(compensation.approver_id, self.manager)
        self.assertTrue(compensation.card_id)
        self.assertFalse(self.complaint.activity_ids)

    def test_at_the_limit_it_is_given(self):
        self.assertEqual(self._give_voucher(50).state, "approved")

    def test_zero_has_everything_approved(self):
        self.company.complaint_compensation_limit = 0
        self.assertEqual(self._give_voucher(1).state, "to_approve")

    def test_small_parts_add_up(self):
        self.assertEqual(self._give_voucher(30).state, "approved")
        second = self._give_voucher(30)
        self.assertEqual(second.state, "to_approve")
        second.with_user(self.manager)._refuse("Enough")
        self.assertEqual(
            self._give_voucher(20).state, "approved", "what was refused does not count"
        )

    def test_sales_manager_approves_as_well(self):
        compensation = self._give_voucher(80)
        compensation.with_user(self.sales_manager).action_approve()
        self.assertEqual(compensation.state, "approved")

    def test_nobody_approves_his_own(self):
        compensation = self._give_voucher(80, user=self.manager)
        self.assertEqual(self.complaint.activity_ids.user_id & self.manager, self.manager.browse())
        with self.assertRaisesRegex(UserError, "another manager"):
            compensation.with_user(self.manager).action_approve()
        self.assertFalse(compensation.with_user(self.manager).may_decide)
        compensation.with_user(self.sales_manager).action_approve()

    def test_approved_once(self):
        compensation = self._give_points(600)
        compensation.with_user(self.manager).action_approve()
        for decide in ("action_approve", "_refuse"):
            with self.subTest(decide), self.assertRaisesRegex(UserError, "any more"):
                arguments = ["No"] if decide == "_refuse" else []
                getattr(compensation.with_user(self.sales_manager), decide)(*arguments)
        self.assertEqual(self.card.points, 700)
        self.assertEqual(len(self.card.history_ids), 2)  # the opening balance and one gift

    def test_refused_with_a_reason_the_requester_reads(self):
        compensation = self._give_voucher(80)
        refusal = self.env["crm.complaint.compensation.refuse"].with_user(self.manager)
        with self.assertRaisesRegex(UserError, "Say why"):
            compensation.with_user(self.manager)._refuse("  ")
        refusal.create(
            {"compensation_id": compensation.id, "reason": "A call will do"}
        ).action_refuse()
        self.assertEqual((compensation.state, compensation.card_id.id), ("refused", False))
        self.assertEqual(compensation.refusal_reason, "A call will do")
        message = self.complaint.message_ids[:1]
        self.assertIn("A call will do", message.body)
        self.assertEqual(message.partner_ids, self.service_user.partner_id)
        self.assertTrue(message.subtype_id.internal)
        self.assertFalse(self.complaint.activity_ids)

    def test_card_archived_meanwhile_is_named(self):
        compensation = self._give_points(600)
        self.card.active = False
        with self.assertRaisesRegex(UserError, "unarchive it first"):
            compensation.with_user(self.manager).action_approve()
        self.assertEqual(compensation.state, "to_approve")


@tagged("post_install", "-at_install")
class TestCompensationRights(CompensationCommon):
    def test_user_without_loyalty_rights_asks_and_gives(self):
        self.assertFalse(self.env["loyalty.card"].with_user(self.service_user).has_access("read"))
        self._give_points(10)
        self.assertEqual(self.card.points, 110)
        compensation = self.complaint.compensation_ids.with_user(self.service_user)
        self.assertEqual(compensation.display_name, "10 Loyalty point(s)")
        compensation.web_read({"display_name": {}, "state": {}, "program_id": {"fields": {}}})
        with self.assertRaises(AccessError):
            compensation.read(["card_id"])

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_writes_a_compensation_past_the_wizard(self):
        compensation = self._give_voucher(80)
        for user in (self.service_user, self.salesperson, self.manager, self.sales_manager):
            with self.subTest(user.login):
                own = compensation.with_user(user)
                with self.assertRaises(AccessError):
                    own.write({"state": "approved"})
                with self.assertRaises(AccessError):
                    own.copy()
                with self.assertRaises(AccessError):
                    own.unlink()

    def test_users_do_not_decide(self):
        compensation = self._give_voucher(80)
        for user in (self.service_user, self.salesperson):
            if compensation.with_user(user).has_access("read"):
                with self.subTest(user.login), self.assertRaisesRegex(AccessError, "manager"):
                    compensation.with_user(user).action_approve()
        self.assertEqual(compensation.state, "to_approve")

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_portal_and_public_reach_nothing(self):
        compensation = self._give_voucher(80)
        self.complaint.partner_id = self.portal_user.partner_id
        for user in (self.portal_user, self.env.ref("base.public_user")):
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    compensation.with_user(user).read(["state"])
                with self.assertRaises(AccessError):
                    compensation.with_user(user).action_approve()
                with self.assertRaises(AccessError):
                    self._give_voucher(1, user=user)
                with self.assertRaises(AccessError):
                    self.complaint.with_user(user).read(["compensation_ids", "cost_compensations"])

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_manager_of_another_company_does_not_see_it(self):
        compensation = self._give_voucher(80)
        stranger = new_test_user(
            self.env,
            "compensation_stranger",
            groups="sales_team.group_sale_manager",
            company_id=self.other_company.id,
        )
        self.assertFalse(self.Compensation.with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            compensation.with_user(stranger).action_approve()
        with self.assertRaises(AccessError):
            self._give_voucher(1, user=stranger)

    def test_history_of_the_card_names_the_complaint(self):
        self._give_points(10)
        line = self.card.history_ids[:1]
        self.assertIn(self.complaint.number, line._get_order_description())
        self.assertEqual(line._get_order_portal_url(), f"/my/complaints/{self.complaint.id}")

    def test_history_survives_the_deleted_complaint(self):
        line = self.env["loyalty.history"].create(
            {
                "card_id": self.card.id,
                "description": "x",
                "order_model": "crm.complaint",
                "order_id": self.Complaint.search([], order="id desc", limit=1).id + 1,
            }
        )
        self.assertEqual(line._get_order_description(), "")
        self.assertFalse(line._get_order_portal_url())
