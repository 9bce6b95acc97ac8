from odoo.fields import Command

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .common import LoyaltyCardCommon


class PointsMoneyCommon(AccountTestInvoicingCommon, LoyaltyCardCommon):
    """A program that gives a point for each unit of money, when the money comes."""

    @classmethod
    def get_default_groups(cls):
        manager = cls.env.ref("sales_team.group_sale_manager")
        return super().get_default_groups() | manager

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.points_release = "payment"
        cls.program.rule_ids.write({"reward_point_amount": 1, "reward_point_mode": "money"})
        cls.card = cls._create_card(cls.ada)
        cls.goods, cls.repair = cls.env["product.product"].create(
            [
                {
                    "name": name,
                    "type": "service",
                    "list_price": 1000,
                    "taxes_id": False,
                    "invoice_policy": "order",
                }
                for name in ("Goods", "Repair")
            ]
        )

    @classmethod
    def _sell(cls, *amounts, products=None, partner=None, **values):
        """Return a confirmed order with a line of each amount."""
        order = cls.env["sale.order"].create(
            {
                "partner_id": (partner or cls.ada).id,
                "order_line": [
                    Command.create({"product_id": product.id, "price_unit": amount})
                    for amount, product in zip(
                        amounts, products or [cls.goods] * len(amounts), strict=True
                    )
                ],
            }
            | values
        )
        order.action_confirm()
        return order

    @classmethod
    def _invoice(cls, orders, **options):
        invoice = orders._create_invoices(**options)
        invoice.action_post()
        return invoice

    @classmethod
    def _pay(cls, invoice, amount=None):
        wizard = cls.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        return wizard.create({"amount": amount} if amount else {})._create_payments()

    @classmethod
    def _credit(cls, invoice, *amounts, cancel=False):
        """Credit the whole invoice, or the amounts of its lines, as its Credit Note button does."""
        credit_note = invoice._reverse_moves(cancel=cancel)
        if amounts:
            for line, amount in zip(credit_note.invoice_line_ids, amounts, strict=True):
                line.price_unit = amount
        if credit_note.state == "draft":
            credit_note.action_post()
        return credit_note

    @classmethod
    def _spend(cls, points, card=None):
        movement = {"card_id": (card or cls.card).id, "kind": "redeem", "used": points}
        cls.Card.sudo()._post_points([movement])

    def assert_points(self, available, waiting=0, owed=0, card=None):
        card = card or self.card
        points = card.points, card.points_pending, card.points_debt
        self.assertEqual(points, (available, waiting, owed))
        self.assertFalse(card._find_unbalanced())

    def assert_settled(self, orders):
        """Looking once more changes nothing."""
        cards = self.env["loyalty.card"].search([("program_id", "=", self.program.id)])
        before = [(card.points, card.points_pending, card.points_debt) for card in cards]
        lines = self.env["loyalty.history"].search_count([])
        orders._sync_loyalty_points()
        self.assertEqual(
            before, [(card.points, card.points_pending, card.points_debt) for card in cards]
        )
        self.assertEqual(self.env["loyalty.history"].search_count([]), lines)
