from contextlib import contextmanager
from unittest.mock import patch

from odoo import Command
from odoo.tests import TransactionCase

from .users_common import UsersCommon


@contextmanager
def everything_significant():
    """Small baskets counted by hand are never significant; the guard has its own test."""
    with patch("odoo.addons.crm_analytics.mining.affinity.SIGNIFICANCE", 0.0):
        yield


class BasketCommon(UsersCommon, TransactionCase):
    """A company of its own, so that no order of the database is in its baskets.

    Counted by hand over the ten orders of `ORDERS`, at least two in common:

    ====== ======= ==== ===== ====== ======
    pair   n_a n_b both supp. conf.  lift
    ====== ======= ==== ===== ====== ======
    A -> B  6   5   5   0.5   0.8333 1.6667
    B -> A  5   6   5   0.5   1.0    1.6667
    A -> C  6   3   2   0.2   0.3333 1.1111
    ====== ======= ==== ===== ====== ======
    """

    ORDERS = ("ab", "ab", "ab", "abc", "abc", "a", "cd", "d", "d", "d")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Basket Company"})
        cls.other_company = cls.env["res.company"].create({"name": "Other Basket Company"})
        cls.env.user.company_ids += cls.company + cls.other_company
        cls.env = cls.env(
            context={
                **cls.env.context,
                "allowed_company_ids": cls.company.ids,
                "tracking_disable": True,
            }
        )
        cls.customer = cls.env["res.partner"].create({"name": "Basket Customer"})
        names = ("Apple", "Butter", "Cheese", "Dates", "Eggs")
        cls.products = cls.env["product.product"].create(
            [{"name": name, "list_price": 10.0, "taxes_id": False} for name in names]
        )
        cls.apple, cls.butter, cls.cheese, cls.dates, cls.eggs = cls.products
        cls.letters = dict(zip("abcde", cls.products, strict=True))
        cls.set_parameters(min_orders=2, holdout=0)
        cls.Affinity = cls.env["product.affinity"]
        cls.salesman = cls.new_user("basket_salesman", "sales_team.group_sale_salesman")
        cls.manager = cls.new_user("basket_manager", "sales_team.group_sale_manager")

    @classmethod
    def set_parameters(cls, **values):
        for name, value in values.items():
            cls.env["ir.config_parameter"].set_param(f"crm_analytics.affinity_{name}", str(value))

    @classmethod
    def create_order(cls, products, company=None, **values):
        """Create a quotation with a line for each product (a recordset or letters of names)."""
        if isinstance(products, str):
            products = cls.env["product.product"].union(*(cls.letters[p] for p in products))
        company = company or cls.company
        lines = [Command.create({"product_id": product.id}) for product in products]
        return (
            cls.env["sale.order"]
            .with_context(allowed_company_ids=company.ids)
            .with_company(company)
            .create({"partner_id": cls.customer.id, "order_line": lines, **values})
        )

    @classmethod
    def confirm_orders(cls, baskets=None, **values):
        orders = [cls.create_order(basket, **values) for basket in baskets or cls.ORDERS]
        orders = cls.env["sale.order"].union(*orders)
        orders.action_confirm()
        return orders

    @classmethod
    def mine(cls, company=None):
        return cls.env["product.affinity"].sudo()._mine_company(company or cls.company)

    @classmethod
    def write_affinities(cls, *rows, company=None):
        """Write affinities as if mined: (product, other, both, n_a, n_b, lift, score)."""
        return cls.env["product.affinity"].create(
            [
                {
                    "company_id": (company or cls.company).id,
                    "product_id": product.id,
                    "other_product_id": other.id,
                    "orders_both": both,
                    "orders_product": orders_product,
                    "orders_other": orders_other,
                    "support": 0.1,
                    "confidence": both / orders_product,
                    "lift": lift,
                    "score": score,
                }
                for product, other, both, orders_product, orders_other, lift, score in rows
            ]
        )

    def get_pairs(self, company=None):
        rows = self.Affinity.search([("company_id", "=", (company or self.company).id)])
        return {(row.product_id, row.other_product_id): row for row in rows}

    def assertPairs(self, letters, company=None):
        """Assert that exactly these pairs (of the letters of products) go together."""
        names = {product: letter for letter, product in self.letters.items()}
        found = {
            "".join(names.get(product, "?") for product in pair) for pair in self.get_pairs(company)
        }
        self.assertEqual(found, set(letters.split()))
