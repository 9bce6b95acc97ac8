from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .contract_common import ContractCommon


@tagged("post_install", "-at_install")
class TestContractTeams(ContractCommon):
    """Users work with their own contracts and their sales teams', administrators with all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leader, cls.outsider = (
            cls._new_user(f"contract_{name}") for name in ("leader", "outsider")
        )
        cls.team = cls.env["crm.team"].create(
            {
                "name": "North",
                "company_id": cls.company.id,
                "user_id": cls.leader.id,
                "member_ids": [Command.set((cls.user | cls.colleague).ids)],
            }
        )
        cls.contract = cls._new_contract()
        cls.term = cls._new_term(cls.contract)
        cls.contract.text = "<p>Bread</p>"
        cls.contract.action_new_version()

    def _records(self):
        return (self.contract, self.term, self.contract.version_ids)

    def test_the_team_is_the_responsible_persons(self):
        self.assertEqual(self.contract.team_id, self.team)
        self.contract.user_id = self.outsider
        self.assertFalse(self.contract.team_id)

    def test_own_and_the_teams(self):
        for user in (self.user, self.colleague, self.leader, self.manager):
            for record in self._records():
                record.with_user(user).read(["display_name"])
                self.assertIn(record, record.with_user(user).search([]))
            self.contract.with_user(user).name = f"Changed by {user.name}"

    def test_nothing_of_other_teams(self):
        for record in self._records():
            self.assertNotIn(record, record.with_user(self.outsider).search([]))
            with self.assertRaises(AccessError):
                record.with_user(self.outsider).read(["display_name"])
        with self.assertRaises(AccessError):
            self.term.with_user(self.outsider).action_met()

    def test_without_a_team_everybody(self):
        self.contract.team_id = False
        for record in self._records():
            record.with_user(self.outsider).read(["display_name"])

    def test_who_wrote_it_down_keeps_it(self):
        contract = (
            self.env["crm.contract"]
            .with_user(self.outsider)
            .create({"name": "For Bea", "partner_id": self.partner.id, "user_id": self.user.id})
        )
        self.assertEqual(contract.team_id, self.team)
        contract.name = "For Bea, corrected"
