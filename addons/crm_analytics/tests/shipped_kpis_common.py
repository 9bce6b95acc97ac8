from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import Command, fields

from .actuals_common import ActualsCommon


class ShippedKpisCommon(ActualsCommon):
    """Something for every shipped KPI to count, of two salespersons, within the last weeks.

    Records are made by those who use them; only what time alone brings about (an old date, a tier
    that was reached) is written as it would be found.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.context_today(cls.env.user)
        cls.window = (cls.today - timedelta(days=45), cls.today + timedelta(days=2))
        cls.anna = cls.new_user("tile_anna", "sales_team.group_sale_salesman")
        cls.bert = cls.new_user("tile_bert", "sales_team.group_sale_salesman")
        cls.manager = cls.new_user(
            "tile_manager",
            "sales_team.group_sale_manager,crm_loyalty.group_crm_loyalty_manager,"
            "crm_extended.group_crm_complaint_manager,crm_extended.group_crm_contract_manager",
        )
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Tile Team",
                "company_id": cls.company.id,
                "member_ids": [Command.set([cls.anna.id])],
            }
        )
        cls.create_sales()
        cls.create_opportunities()
        cls.create_complaints()
        cls.create_cards()
        cls.create_contracts()
        cls.create_activities()
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def create_order(cls, price, partner=None, user=None, quantity=1, **values):
        return cls.env["sale.order"].create(
            {
                "partner_id": (partner or cls.partner_a).id,
                "user_id": (user or cls.anna).id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": cls.product.id,
                            "price_unit": price,
                            "product_uom_qty": quantity,
                            "tax_ids": False,
                        }
                    )
                ],
                **values,
            }
        )

    @classmethod
    def create_sales(cls):
        cls.create_order(70, user=cls.bert)
        cls.create_order(30, validity_date=cls.today - timedelta(days=5))
        shared = cls.create_order(300)
        cls.env["sale.order.credit"].create(
            [
                {"order_id": shared.id, "user_id": user.id, "share": share}
                for user, share in ((cls.anna, 70), (cls.bert, 30))
            ]
        )
        orders = (
            shared
            + cls.create_order(100, user=cls.bert)
            + cls.create_order(50, partner=cls.partner_b)
            + cls.create_order(20, quantity=-1)
        )
        orders.action_confirm()
        invoices = shared._create_invoices()
        invoices.invoice_date = cls.today
        invoices.action_post()
        payment = cls.pay(invoices, cls.today, 120)
        cls.confirm_by_bank(cls.today, 120, payment)
        cls.create_invoice(cls.today - timedelta(days=30), 500, invoice_user_id=cls.anna.id)

    @classmethod
    def create_opportunities(cls):
        lost, won, cls.lead, _open = cls.env["crm.lead"].create(
            [
                {
                    "name": f"Tile Opportunity {revenue}",
                    "type": "opportunity",
                    "expected_revenue": revenue,
                    "user_id": user.id,
                    "company_id": cls.company.id,
                    "partner_id": cls.partner_a.id,
                    "probability": 30,
                }
                for revenue, user in (
                    (100, cls.anna),
                    (200, cls.anna),
                    (400, cls.anna),
                    (800, cls.bert),
                )
            ]
        )
        cls.age(lost + won + cls.lead, hours=100)
        lost.action_set_lost()
        won.action_set_won()
        cls.lead.with_user(cls.anna).message_post(
            body="Good morning", message_type="comment", subtype_xmlid="mail.mt_comment"
        )

    @classmethod
    def age(cls, leads, **delta):
        leads.flush_recordset()
        cls.env.cr.execute(
            "UPDATE crm_lead SET create_date = %s WHERE id IN %s",
            [fields.Datetime.now() - relativedelta(**delta), leads._ids],
        )
        leads.invalidate_recordset(["create_date"])

    @classmethod
    def create_complaints(cls):
        closing = cls.env["crm.complaint.stage"].search([("is_closed", "=", True)], limit=1)
        opening = cls.env["crm.complaint.stage"].search([("is_closed", "=", False)], limit=1)
        now = fields.Datetime.now()
        complaints = cls.env["crm.complaint"].create(
            [
                {
                    "name": f"Tile Complaint {number}",
                    "kind": "complaint",
                    "company_id": cls.company.id,
                    "partner_id": cls.partner_a.id,
                    "product_id": cls.product.id,
                    "user_id": user.id,
                    "received_date": now - timedelta(days=10),
                    "first_response_date": now - timedelta(days=number),
                }
                for number, user in ((1, cls.anna), (3, cls.bert), (5, cls.anna))
            ]
        )
        closed, reopened, _open = complaints
        (closed + reopened).stage_id = closing
        cls.env.flush_all()
        reopened.stage_id = opening
        cls.env.flush_all()
        # Whether it was in time follows from working calendars, which have their own tests.
        cls.env.cr.execute(
            """
            UPDATE crm_complaint SET resolution_sla_met = 'met', rating_last_value = 4
             WHERE id = %s
            """,
            [closed.id],
        )

    @classmethod
    def create_cards(cls):
        programs = cls.env["loyalty.program"]
        program = programs.create(
            {
                **programs._program_type_default_values()["loyalty"],
                "name": "Tile Program",
                "program_type": "loyalty",
                "company_id": cls.company.id,
            }
        )
        tiers = cls.env["loyalty.tier"].create(
            [
                {"program_id": program.id, "name": name, "threshold": threshold}
                for name, threshold in (("Silver", 100), ("Gold", 200))
            ]
        )
        card, other = cls.env["loyalty.card"].create(
            [
                {"program_id": program.id, "partner_id": partner.id}
                for partner in (cls.partner_a, cls.partner_b)
            ]
        )
        cls.env.flush_all()
        cls.env.cr.execute(
            """
            INSERT INTO loyalty_history (card_id, kind, issued, used, description, create_date)
            VALUES (%(card)s, 'earn', 60, 15, 'Order', now() AT TIME ZONE 'UTC'),
                   (%(card)s, 'redeem', 0, 5, 'Order', now() AT TIME ZONE 'UTC'),
                   (%(other)s, 'earn', 20, 0, 'Order', now() AT TIME ZONE 'UTC')
            """,
            {"card": card.id, "other": other.id},
        )
        cls.env.cr.execute(
            "UPDATE loyalty_card SET points = 40 WHERE id IN %s", [(card.id, other.id)]
        )
        cls.env["loyalty.tier.move"].sudo().create(
            [
                {
                    "card_id": card.id,
                    "program_id": program.id,
                    "company_id": cls.company.id,
                    "partner_id": cls.partner_a.id,
                    "date": cls.today,
                    "direction": direction,
                    "tier_id": tier.id,
                    "message_state": "sent",
                }
                for direction, tier in zip(("up", "down"), tiers, strict=True)
            ]
        )

    @classmethod
    def create_contracts(cls):
        contracts = cls.env["crm.contract"].create(
            [
                {
                    "name": f"Tile Contract {state}",
                    "partner_id": cls.partner_a.id,
                    "company_id": cls.company.id,
                    "user_id": user.id,
                    "date_start": cls.today - timedelta(days=400),
                    "date_end": cls.today - timedelta(days=days),
                    "state": state,
                    "renewal": "manual",
                }
                for state, days, user in (
                    ("running", -1, cls.anna),
                    ("expired", 10, cls.anna),
                    ("renewed", 12, cls.anna),
                )
            ]
        )
        cls.env["crm.contract.term"].create(
            {
                "contract_id": contracts[0].id,
                "name": "Report",
                "due_date": cls.today - timedelta(days=5),
                "state": "breached",
            }
        )

    @classmethod
    def create_activities(cls):
        for days, done in ((-3, False), (-2, True), (4, False)):
            activity = cls.lead.activity_schedule(
                "mail.mail_activity_data_call",
                date_deadline=cls.today + timedelta(days=days),
                user_id=cls.anna.id,
            )
            if done:
                activity.with_user(cls.anna).action_feedback()
