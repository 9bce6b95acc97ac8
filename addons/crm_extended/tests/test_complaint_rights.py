from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import new_test_user, tagged

from .complaint_common import ComplaintCommon

USER_GROUP = "crm_extended.group_crm_complaint_user"


@tagged("post_install", "-at_install")
class TestComplaintRights(ComplaintCommon):
    """Users work with their own complaints and their teams', administrators with all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.member, cls.leader, cls.stranger = (
            new_test_user(cls.env, login, groups=USER_GROUP)
            for login in ("rights_member", "rights_leader", "rights_stranger")
        )
        cls.team.write({"user_id": cls.leader.id, "member_ids": cls.member.ids})
        cls.quality_team.member_ids = cls.stranger
        cls.open_team = cls.env["crm.complaint.team"].create(
            {"name": "Everybody", "company_id": False}
        )
        cls.of_team, cls.of_quality, cls.of_all, cls.elsewhere = (
            cls._create_complaint(partner_id=cls.contact.id, **values)
            for values in (
                {"team_id": cls.team.id},
                {"team_id": cls.quality_team.id},
                {"team_id": cls.open_team.id},
                {"team_id": cls.team.id, "company_id": cls.other_company.id},
            )
        )
        cls.of_none = cls._create_complaint(partner_id=cls.contact.id)
        cls.of_none.team_id = False
        cls.all = cls.of_team | cls.of_quality | cls.of_all | cls.of_none | cls.elsewhere

    def _visible(self, user):
        return self.Complaint.with_user(user).search([("id", "in", self.all.ids)])

    def test_user_sees_own_and_teams_and_what_has_no_team(self):
        common = self.of_all | self.of_none
        for user, team_complaints in (
            (self.member, self.of_team),
            (self.leader, self.of_team),
            (self.stranger, self.of_quality),
            (self.service_user, self.Complaint),
        ):
            self.assertEqual(self._visible(user), common | team_complaints, user.login)

    def test_manager_sees_all_of_his_companies(self):
        self.assertEqual(self._visible(self.manager), self.all - self.elsewhere)
        self.manager.company_ids |= self.other_company
        Complaint = self.Complaint.with_user(self.manager)
        both = Complaint.with_context(allowed_company_ids=self.manager.company_ids.ids)
        self.assertEqual(both.search([("id", "in", self.all.ids)]), self.all)

    def test_team_complaint_is_closed_to_others(self):
        for method, args in (
            ("read", (["name"],)),
            ("write", ({"name": "Mine now"},)),
            ("action_assign_to_me", ()),
        ):
            with self.assertRaises(AccessError):
                getattr(self.of_team.with_user(self.stranger), method)(*args)
        with self.assertRaises(AccessError):
            self.of_team.with_user(self.stranger).message_post(
                body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment"
            )

    def test_member_and_leader_work_with_it(self):
        for user in (self.member, self.leader):
            complaint = self.of_team.with_user(user)
            complaint.name = "Looked at"
            complaint.stage_id = self.stage_closed
            with self.assertRaises(AccessError):
                complaint.unlink()

    def test_responsible_person_sees_it_in_any_team(self):
        self.of_team.user_id = self.stranger
        self.of_team.with_user(self.stranger).name = "Mine"
        self.of_team.user_id = False
        self.assertNotIn(self.of_team, self._visible(self.stranger))

    def test_whoever_entered_it_keeps_seeing_it(self):
        complaint = self.Complaint.with_user(self.stranger).create(
            {"name": "For the others", "team_id": self.team.id, "user_id": self.member.id}
        )
        complaint.invalidate_recordset()
        complaint.name = "For the others, corrected"
        self.assertTrue(complaint.with_user(self.member).has_access("write"))
        self.assertFalse(complaint.with_user(self.service_user).has_access("read"))

    def test_follower_reads_and_answers_but_does_not_change(self):
        self.of_team.message_subscribe(self.stranger.partner_id.ids)
        complaint = self.of_team.with_user(self.stranger)
        self.assertTrue(complaint.read(["name"]))
        complaint.message_post(
            body="I know this one", message_type="comment", subtype_xmlid="mail.mt_note"
        )
        with self.assertRaises(AccessError):
            complaint.name = "Changed"

    def test_archived_team_keeps_its_complaints_to_its_members(self):
        self.team.active = False
        self.assertIn(self.of_team, self._visible(self.member))
        self.assertNotIn(self.of_team, self._visible(self.stranger))

    def test_counts_agree_with_lists_for_each_user(self):
        for user in (self.member, self.stranger, self.service_user, self.manager):
            customer = self.customer.with_user(user)
            action = customer.action_view_complaints()
            seen = self.Complaint.with_user(user).search(action["domain"])
            self.assertEqual(seen, self._visible(user))
            self.assertEqual(customer.complaint_count, len(seen), user.login)
            for complaint in seen:
                self.assertEqual(complaint.customer_complaint_count, len(seen), user.login)
            groups = self.Complaint.with_user(user)._read_group(
                action["domain"], ["team_id"], ["__count"]
            )
            self.assertEqual(sum(count for _team, count in groups), len(seen))

    def test_repeats_of_other_teams_are_not_counted(self):
        values = {"partner_id": self.contact.id, "product_id": self.product.id}
        mine, theirs = (
            self._create_complaint(team_id=team.id, **values)
            for team in (self.team, self.quality_team)
        )
        self.assertEqual(theirs.repeat_of_id, mine)
        for user, count in ((self.member, 0), (self.manager, 1)):
            complaint = mine.with_user(user)
            self.assertEqual(complaint.repeat_count, count)
            action = complaint.action_view_repeats()
            shown = complaint.with_context(**action["context"]).search(action["domain"])
            self.assertEqual(len(shown - complaint), count)

    def test_filter_of_my_teams(self):
        arch = self.env.ref("crm_extended.crm_complaint_view_search").arch
        self.assertIn('name="my_team"', arch)
        for user, expected in (
            (self.member, self.of_team),
            (self.leader, self.of_team),
            (self.stranger, self.of_quality),
            (self.manager, self.Complaint),
        ):
            domain = Domain(
                "team_id", "any", ["|", ("member_ids", "in", user.id), ("user_id", "=", user.id)]
            )
            found = self.Complaint.with_user(user).search(domain & Domain("id", "in", self.all.ids))
            self.assertEqual(found, expected, user.login)

    def test_causes_are_set_up_by_managers(self):
        cause = self.env["crm.complaint.cause"].create({"name": "Too much sugar"})
        cause.with_user(self.member).read(["name"])
        for user in (self.member, self.salesperson):
            with self.assertRaises(AccessError):
                cause.with_user(user).name = "Changed"
        cause.with_user(self.manager).name = "Wrong recipe"
        for user in (self.portal_user, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                cause.with_user(user).read(["name"])

    def test_customer_reads_no_cause_and_no_corrective_action(self):
        complaint = self._create_complaint(
            partner_id=self.contact.id, corrective_action="Talk to the baker"
        )
        fields = self.Complaint.with_user(self.portal_user).fields_get()
        for name in ("cause_id", "corrective_action", "corrective_user_id", "corrective_due_date"):
            self.assertNotIn(name, fields)
            with self.assertRaises(AccessError):
                complaint.with_user(self.portal_user).read([name])

    def test_no_menu_for_plain_employees(self):
        employee = new_test_user(self.env, "rights_employee", groups="base.group_user")
        root = self.env.ref("crm_extended.crm_complaint_menu_root")
        Menu = self.env["ir.ui.menu"]
        self.assertNotIn(root.id, Menu.with_user(employee)._visible_menu_ids())
        self.assertIn(root.id, Menu.with_user(self.member)._visible_menu_ids())
