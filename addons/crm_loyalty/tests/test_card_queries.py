from odoo.tests import tagged

from .common import LoyaltyCardCommon


@tagged("post_install", "-at_install")
class TestCardQueries(LoyaltyCardCommon):
    """Numbers cost a fixed number of queries, however many cards there are."""

    def _count_queries(self, function, *args):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function(*args)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_draw(self):
        program = self.program
        program._get_card_sequence()
        for count in (1, 1000):
            vals_list = [{"program_id": program.id} for _i in range(count)]
            self.env.invalidate_all()
            # the program, the shared sequence (is it there, its prefix), the draw, numbers taken
            with self.assertQueryCount(5):
                self.Card._add_missing_numbers(vals_list)
            self.assertEqual(len({vals["number"] for vals in vals_list}), count)

    def test_create(self):
        def create(count):
            self.Card.create([{"program_id": self.program.id}] * count)

        create(1)
        self.assertEqual(self._count_queries(create, 10), self._count_queries(create, 100))

    def test_numbering_at_installation(self):
        def number_again(count):
            cards = self.Card.create([{"program_id": self.program.id}] * count)
            cards.number = False
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Card._number_existing_cards()
            return self.env.cr.sql_log_count - before

        self.assertEqual(number_again(5), number_again(500))

    def test_numbers_of_many_customers(self):
        partners = self.env["res.partner"].create([{"name": f"Customer {i}"} for i in range(50)])
        for partner in partners:
            self._create_card(partner)
        self.env.flush_all()
        self.env.invalidate_all()
        partners.mapped("name")
        with self.assertQueryCount(1):
            self.assertTrue(all(partners.mapped("loyalty_card_numbers")))

    def test_name_search_costs_one_query_more_and_only_for_a_number(self):
        number = self._create_card(self.ada).number
        search = self.env["res.partner"].name_search
        search("Ada")
        usual = self._count_queries(search, "Ada")
        self.assertEqual(self._count_queries(search, "0430"), usual - 1)
        self.assertLessEqual(self._count_queries(search, number), usual)

    def test_order_without_a_card_costs_nothing(self):
        """Neither creating a quotation nor changing its customer reads cards."""
        order = self.env["sale.order"].create({"partner_id": self.ada.id})
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(order.mapped("loyalty_card_number"), [False])
        with self.assertQueryCount(0):
            order._compute_loyalty_card_number()
