from odoo.tests import new_test_user

from odoo.addons.base.tests.common import BaseCommon


class LoyaltyCardCommon(BaseCommon):
    """A loyalty program alone in its database, a manager, a salesperson and two customers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["loyalty.program"].search([]).active = False
        cls.program = cls._create_program("Regulars")
        cls.ada = cls.env["res.partner"].create({"name": "Ada"})
        cls.bob = cls.env["res.partner"].create({"name": "Bob"})
        cls.manager = new_test_user(cls.env, "card-manager", groups="sales_team.group_sale_manager")
        cls.salesperson = new_test_user(
            cls.env,
            "card-salesperson",
            groups="sales_team.group_sale_salesman_all_leads",
        )
        cls.Card = cls.env["loyalty.card"]
        cls.sequence = cls.env.ref("crm_loyalty.sequence_loyalty_card_number")

    @classmethod
    def _create_program(cls, name, program_type="loyalty", **values):
        programs = cls.env["loyalty.program"]
        defaults = programs._program_type_default_values()[program_type]
        return programs.create({"name": name, "program_type": program_type} | defaults | values)

    @classmethod
    def _create_card(cls, partner=None, program=None, **values):
        return cls.env["loyalty.card"].create(
            {
                "program_id": (program or cls.program).id,
                "partner_id": partner.id if partner else False,
            }
            | values
        )

    @classmethod
    def _create_sequence(cls, prefix, **values):
        return cls.env["ir.sequence"].create(
            {
                "name": f"Cards {prefix}",
                "code": "loyalty.card.number",
                "prefix": prefix,
                "padding": 12 - len(prefix),
                "company_id": False,
            }
            | values
        )
