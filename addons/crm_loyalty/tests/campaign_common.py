from odoo import fields

from .common import LoyaltyCardCommon


class CampaignCommon(LoyaltyCardCommon):
    """Customers who bought a kettle, and a program of coupons to bring them back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.vouchers = cls._create_program("Come back", "coupons")
        cls.kettle = cls.env["product.product"].create(
            {"name": "Kettle", "list_price": 100, "standard_price": 60, "taxes_id": False}
        )
        cls.customers = cls.env["res.partner"].create(
            [
                {
                    "name": f"Customer {n}",
                    "email": f"customer{n}@example.com",
                    "lang": "en_US",
                    "crm_consent": "given",
                }
                for n in range(20)
            ]
        )
        cls.Campaign = cls.env["loyalty.campaign"]
        cls.Member = cls.env["loyalty.campaign.member"]

    @classmethod
    def _sell(cls, partners, quantity=1, product=None, **values):
        orders = cls.env["sale.order"].create(
            [
                {
                    "partner_id": partner.id,
                    "order_line": [
                        fields.Command.create(
                            {
                                "product_id": (product or cls.kettle).id,
                                "product_uom_qty": quantity,
                            }
                        )
                    ],
                }
                for partner in partners
            ]
        )
        orders.action_confirm()
        if values:
            orders.write(values)
        return orders

    @classmethod
    def _create_campaign(cls, **values):
        return cls.Campaign.create(
            {
                "name": "We miss you",
                "program_id": cls.vouchers.id,
                "product_ids": cls.kettle.ids,
                "holdout_percent": 0,
            }
            | values
        )

    def _carry_out(self):
        with self.enter_registry_test_mode():
            self.env.ref("crm_loyalty.ir_cron_loyalty_campaign").method_direct_trigger()
        cron = self.env.ref("crm_loyalty.ir_cron_loyalty_campaign")
        self.assertFalse(cron.failure_count)
        self.env.invalidate_all()

    def _launch(self, campaign):
        campaign.action_prepare()
        campaign.action_launch()
        self._carry_out()
        return campaign
