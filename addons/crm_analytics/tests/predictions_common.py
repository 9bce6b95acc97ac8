from datetime import date, datetime, time, timedelta

from odoo import Command

from .common import BasketCommon

TODAY = datetime.combine(date.today() - timedelta(days=40), time(12))


class PredictionsCommon(BasketCommon):
    """Twenty customers of a company of its own; `TODAY` is the day of its newest order.

    ========= ======================================================================
    customer  buys
    ========= ======================================================================
    0         Apple five times, every 21 days, the last time 30 days before `TODAY`
    1 to 8    Apple and Butter (Fruit), then Cheese, later Dates (dearer, both Dairy)
    9 to 19   Eggs (Rest), once
    ========= ======================================================================
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fruit, cls.dairy, cls.rest = cls.env["product.category"].create(
            [{"name": name} for name in ("Fruit", "Dairy", "Rest")]
        )
        (cls.apple + cls.butter).categ_id = cls.fruit
        (cls.cheese + cls.dates).categ_id = cls.dairy
        cls.eggs.categ_id = cls.rest
        cls.cheese.write({"list_price": 10.0, "standard_price": 6.0})
        cls.dates.write({"list_price": 25.0, "standard_price": 15.0})
        cls.customers = cls.env["res.partner"].create(
            [{"name": f"Prediction Customer {number}"} for number in range(20)]
        )
        cls.orders = cls.sell_story()
        cls.predictions = cls.env["sale.customer.prediction"]
        cls.upsells = cls.env["product.upsell"]
        cls.spaces = cls.env["sale.white.space"]

    @classmethod
    def sell_story(cls):
        baskets = [(cls.customers[0], "a", 30 + 21 * back) for back in range(5)]
        for customer in cls.customers[1:9]:
            baskets += [(customer, "ab", 100), (customer, "c", 60), (customer, "d", 20)]
        baskets += [(customer, "e", 10) for customer in cls.customers[9:19]]
        baskets.append((cls.customers[19], "e", 0))
        return cls.sell(*baskets)

    @classmethod
    def sell(cls, *baskets, company=None, **values):
        """Confirm orders of (customer, letters of products, days before `TODAY`)."""
        company = company or cls.company
        orders = (
            cls.env["sale.order"]
            .with_context(allowed_company_ids=company.ids)
            .with_company(company)
            .create(
                [
                    {
                        "partner_id": customer.id,
                        "order_line": [
                            Command.create({"product_id": cls.letters[letter].id})
                            for letter in letters
                        ],
                        **values,
                    }
                    for customer, letters, _days in baskets
                ]
            )
        )
        orders.action_confirm()
        for order, (_customer, _letters, days) in zip(orders, baskets, strict=True):
            order.date_order = TODAY - timedelta(days=days)
        return orders

    @classmethod
    def start_night(cls, company=None, **values):
        runs = cls.env["product.affinity.run"].sudo()
        run = runs.create({"company_id": (company or cls.company).id, "state": "running", **values})
        run.step = run._get_steps()[0]
        return run

    @classmethod
    def run_night(cls, company=None, **values):
        """Do all batches of a computation, without the commits between them."""
        run = cls.start_night(company, **values)
        while run.state == "running":
            run._do_batch()
            run.flush_recordset()
        return run

    def get_rows(self, model, company=None):
        """Return what a night wrote, by customer or product, without the ids."""
        names = [name for name in model._fields if model._fields[name].store and name != "id"]
        rows = model.search([("company_id", "=", (company or self.company).id)])
        return sorted(str(row) for row in rows.read(names, load=None) if row.pop("id"))

    def get_predictions(self, customer):
        rows = self.predictions.search([("partner_id", "=", customer.id)])
        return {row.product_id: row for row in rows}
