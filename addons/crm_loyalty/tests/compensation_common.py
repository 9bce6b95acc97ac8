from odoo.tests import new_test_user

from odoo.addons.crm_extended.tests.complaint_common import ComplaintCommon


class CompensationCommon(ComplaintCommon):
    """A complaint, a program of each kind, a card, and somebody to ask and to approve."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["loyalty.program"].search([]).active = False
        cls.company = cls.env.company
        cls.company.complaint_compensation_limit = 50
        cls.points_program = cls._create_program("loyalty", "Regulars")
        cls.points_program.reward_ids.write(
            {"discount_mode": "per_point", "discount": 0.1, "required_points": 1}
        )
        cls.gift_program = cls._create_program("gift_card", "Gift Cards")
        cls.coupon_program = cls._create_program("coupons", "Coupons")
        cls.card = cls.env["loyalty.card"].create(
            {"program_id": cls.points_program.id, "partner_id": cls.contact.id, "points": 100}
        )
        cls.complaint = cls._create_complaint(
            partner_id=cls.contact.id, team_id=cls.team.id, user_id=cls.service_user.id
        )
        cls.team.user_id = cls.manager
        cls.sales_manager = new_test_user(
            cls.env, "compensation_sales_manager", groups="sales_team.group_sale_manager"
        )
        cls.Compensation = cls.env["crm.complaint.compensation"]

    @classmethod
    def _create_program(cls, program_type, name, **values):
        programs = cls.env["loyalty.program"]
        defaults = programs._program_type_default_values()[program_type]
        return programs.create({"name": name, "program_type": program_type} | defaults | values)

    def _wizard(self, user=None, complaint=None, **values):
        complaint = complaint or self.complaint
        wizards = self.env["crm.complaint.compensate"].with_user(user or self.service_user)
        return wizards.create({"complaint_id": complaint.id} | values)

    def _give(self, user=None, complaint=None, **values):
        self._wizard(user, complaint, **values).action_compensate()
        return self.Compensation.search([], limit=1)

    def _give_points(self, points, user=None, **values):
        values = {"kind": "points", "program_id": self.points_program.id} | values
        return self._give(user, points=points, **values)

    def _give_voucher(self, amount, user=None, **values):
        values = {"kind": "voucher", "program_id": self.gift_program.id} | values
        return self._give(user, amount=amount, **values)
