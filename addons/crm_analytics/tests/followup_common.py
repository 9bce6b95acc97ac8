from .common import BasketCommon


class FollowupCommon(BasketCommon):
    """Rows of the customer lists as the night writes them, and what becomes of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.env["res.partner"].create({"name": "Second Customer"})
        cls.category = cls.env["product.category"].create({"name": "Dairy"})
        cls.butter.categ_id = cls.category

    @classmethod
    def predict(cls, partner, letters, **values):
        return cls.env["sale.customer.prediction"].create(
            [
                {
                    "company_id": cls.company.id,
                    "partner_id": partner.id,
                    "product_id": cls.letters[letter].id,
                    "kind": "repeat",
                    "score": 1 / rank,
                    "rank": rank,
                    "order_count": 4,
                    **values,
                }
                for rank, letter in enumerate(letters, 1)
            ]
        )

    @classmethod
    def space(cls, partner, category, amount):
        return cls.env["sale.white.space"].create(
            {
                "company_id": cls.company.id,
                "partner_id": partner.id,
                "categ_id": category.id,
                "peer_count": 10,
                "peer_buyers": 8,
                "share": 0.8,
                "amount": amount,
            }
        )

    def act(self, rows, work, user=None):
        user = user or self.salesman
        rows = rows.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
        action = getattr(rows, f"action_make_{work}")()
        self.env.flush_all()
        self.env.invalidate_all()
        return action

    def leads(self):
        return self.env["crm.lead"].search([("company_id", "=", self.company.id)])

    def activities(self):
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "in", (self.customer + self.second).ids),
            ]
        )

    def orders(self):
        return self.env["sale.order"].search(
            [("company_id", "=", self.company.id)], order="id desc"
        )
