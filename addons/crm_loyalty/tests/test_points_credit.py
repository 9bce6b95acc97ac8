from odoo.tests import tagged

from .points_money_common import PointsMoneyCommon


@tagged("post_install", "-at_install")
class TestPointsCredit(PointsMoneyCommon):
    """Credit notes and cancellations take points back: once, and the history stays."""

    def sell_paid(self, *amounts, **options):
        order = self._sell(*amounts, **options)
        invoice = self._invoice(order)
        self._pay(invoice)
        return order, invoice

    def test_a_credit_note_takes_back_its_share(self):
        order, invoice = self.sell_paid(1000)
        credit_note = self._credit(invoice, 200)
        self.assert_points(800)
        self.assert_settled(order)
        line = self.card.history_ids[:1]
        self.assertEqual((line.kind, line.used, line.issued), ("revoke", 200, 0))
        self.assertEqual(line.reason, credit_note.name)
        self.assertEqual(line.description, f"Order {order.name}: credit note")
        self._credit(invoice, 300)
        self.assert_points(500)

    def test_a_credit_note_of_the_whole_invoice(self):
        order, invoice = self.sell_paid(1000)
        self._credit(invoice, cancel=True)
        self.assert_points(0)
        self.assert_settled(order)
        lines = self.card.history_ids.sorted("id")
        self.assertEqual(lines.mapped("kind"), ["earn", "revoke"], "what happened, once")
        self.assertEqual(self.card.lot_ids.mapped("state"), ["revoked"])

    def test_points_that_count_at_confirmation(self):
        self.program.points_release = "order"
        order = self._sell(1000)
        self.assert_points(1000)
        self._credit(self._invoice(order), 250)
        self.assert_points(750)
        self.assert_settled(order)

    def test_spent_points_are_owed_and_taken_from_the_next_award(self):
        _order, invoice = self.sell_paid(1000)
        self._spend(900)
        self._credit(invoice)
        self.assert_points(0, 0, 900)
        order, _invoice = self.sell_paid(400)
        self.assert_points(0, 0, 500)
        self.sell_paid(700)
        self.assert_points(200)
        self.assert_settled(order)

    def test_points_of_another_order_are_used_before_any_are_owed(self):
        _order, invoice = self.sell_paid(1000)
        self._spend(1000)
        self.sell_paid(300)
        self._credit(invoice)
        self.assert_points(0, 0, 700)

    def test_what_waits_is_taken_back_first(self):
        order = self._sell(1000)
        invoice = self._invoice(order)
        self._pay(invoice, 400)
        self._credit(invoice, 200)
        self.assert_points(400, 400)
        self._pay(invoice, 400)
        self.assert_points(800)

    def test_a_credit_note_that_is_taken_off_again(self):
        order, invoice = self.sell_paid(1000)
        credit_note = self._credit(invoice, 200)
        credit_note.button_draft()
        self.assert_points(1000)
        credit_note.action_post()
        self.assert_points(800)
        credit_note.button_cancel()
        self.assert_points(1000)
        self.assert_settled(order)

    def test_an_invoice_that_is_credited_and_made_again(self):
        order, invoice = self.sell_paid(1000)
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        action = wizard.modify_moves()
        self.assert_points(0)
        again = self.env["account.move"].browse(action["res_id"])
        again.action_post()
        self.assert_points(0, 1000)
        self._pay(again)
        self.assert_points(1000)
        self.assert_settled(order)

    def test_crediting_what_earned_nothing_takes_nothing(self):
        self.program.rule_ids.product_ids = self.goods
        order, invoice = self.sell_paid(600, 400, products=[self.goods, self.repair])
        self.assert_points(600)
        self._credit(invoice, 0, 400)
        self.assert_points(600)
        self._credit(invoice, 300, 0)
        self.assert_points(300)
        self.assert_settled(order)

    def test_part_payment_of_what_a_credit_note_left(self):
        self.program.rule_ids.product_ids = self.goods
        order = self._sell(500, 500, products=[self.goods, self.repair])
        invoice = self._invoice(order)
        credit_note = self._credit(invoice, 0, 500)
        receivable = (invoice + credit_note).line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        receivable.reconcile()
        self.assert_points(0, 500)
        self._pay(invoice, 250)
        self.assert_points(250, 250)
        self._pay(invoice)
        self.assert_points(500)

    def test_a_goodwill_credit_without_a_line_of_the_order(self):
        order = self._sell(1000)
        invoice = self._invoice(order)
        credit_note = invoice._reverse_moves()
        credit_note.invoice_line_ids.sale_line_ids = False
        credit_note.invoice_line_ids.price_unit = 100
        credit_note.action_post()
        (invoice + credit_note).line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        ).reconcile()
        self._pay(invoice)
        self.assert_points(900)
        self.assert_settled(order)

    def test_credit_of_one_order_pays_another(self):
        _order, invoice = self.sell_paid(300)
        credit_note = self._credit(invoice)
        self.assert_points(0)
        other = self._invoice(self._sell(300))
        (other + credit_note).line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        ).reconcile()
        self.assert_points(300)

    def test_expired_points_are_not_taken_back_once_more(self):
        order, invoice = self.sell_paid(1000)
        self.Card.sudo()._post_points(
            [{"card_id": self.card.id, "kind": "expire", "used": 700}],
        )
        lots = self.card.lot_ids
        self.assertEqual(lots.remaining, 300)
        self._credit(invoice, 1000)
        self.assert_points(0)
        self.assertFalse(self.card.points_debt)
        self.assert_settled(order)

    # Cancellation

    def test_cancel_takes_back_what_was_earned(self):
        order = self._sell(1000)
        order._action_cancel()
        self.assert_points(0, 0)
        lines = self.card.history_ids.sorted("id")
        self.assertEqual(lines.mapped("kind"), ["earn", "revoke"])
        self.assertEqual(lines.mapped("is_reversed"), [True, True])
        order.action_draft()
        order.action_confirm()
        self.assert_points(0, 1000)
        self._pay(self._invoice(order), 400)
        self.assert_points(400, 600)

    def test_cancel_after_a_credit_note_takes_back_the_rest(self):
        order, invoice = self.sell_paid(1000)
        self._credit(invoice, 200)
        order._action_cancel()
        self.assert_points(0)
        order._sync_loyalty_points()
        self.assert_points(0)

    def test_anchor_order_a_earns_order_b_spends_a_is_cancelled(self):
        """On core alone the balance is below zero then, and the history of A is gone."""
        self.program.points_release = "order"
        self.program.reward_ids.write(
            {"required_points": 100, "discount": 10, "discount_mode": "percent"}
        )
        earning = self._sell(100)
        self.assert_points(100)
        spending = self.env["sale.order"].create(
            {
                "partner_id": self.ada.id,
                "order_line": [(0, 0, {"product_id": self.repair.id, "price_unit": 50})],
            }
        )
        self.program.rule_ids.product_ids = self.goods
        spending._update_programs_and_rewards()
        spending._apply_program_reward(self.program.reward_ids[:1], self.card)
        spending.action_confirm()
        self.assert_points(0)
        earning._action_cancel()
        self.assert_points(0, 0, 100)
        lines = self.env["loyalty.history"].search(
            [("order_model", "=", "sale.order"), ("order_id", "=", earning.id)], order="id"
        )
        self.assertEqual(lines.mapped("kind"), ["earn", "revoke"], "the history stays")
        # What was spent comes back with its order: it settles what is owed.
        spending._action_cancel()
        self.assert_points(0)
        self.assertEqual(self.card.points_debt, 0)

    def test_redeemed_points_come_back_to_their_lots(self):
        self.program.points_release = "order"
        self.program.reward_ids.write(
            {"required_points": 60, "discount": 10, "discount_mode": "percent"}
        )
        self._sell(100)
        lot = self.card.lot_ids
        self.program.rule_ids.product_ids = self.repair
        order = self.env["sale.order"].create(
            {
                "partner_id": self.ada.id,
                "order_line": [(0, 0, {"product_id": self.goods.id, "price_unit": 50})],
            }
        )
        order._update_programs_and_rewards()
        order._apply_program_reward(self.program.reward_ids[:1], self.card)
        order.action_confirm()
        self.assertEqual(lot.remaining, 40)
        order._action_cancel()
        self.assertEqual((lot.remaining, lot.state), (100, "available"))
        self.assert_points(100)
