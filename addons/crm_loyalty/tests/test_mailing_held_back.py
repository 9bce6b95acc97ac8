from odoo.tests import tagged

from odoo.addons.crm_extended.tests.complaint_common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestMailingHeldBack(ComplaintCommon):
    """Customers with a severe open complaint get no mailings."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague.email = "bold@altan.example.com"
        cls.other_customer.write({"email": "info@steppe.example.com", "phone": "+976 7011 2233"})
        cls.bystander = cls.env["res.partner"].create(
            {"name": "No Address, No Complaint", "email": "bystander@example.com"}
        )
        cls.partners = cls.contact | cls.colleague | cls.other_customer | cls.bystander
        cls.complaint = cls._create_complaint(partner_id=cls.contact.id, priority="3")

    def _create_mailing(self, records, **values):
        return self.env["mailing.mailing"].create(
            {
                "subject": "Strawberry pie is on offer",
                "body_html": "<p>Come and taste</p>",
                "mailing_model_id": self.env["ir.model"]._get_id(records._name),
                "mailing_domain": repr([("id", "in", records.ids)]),
            }
            | values
        )

    def _get_recipients(self, records, **values):
        mailing = self._create_mailing(records, **values)
        return records.browse(mailing._get_remaining_recipients())

    def test_nothing_is_queued_for_the_customer_while_it_is_open(self):
        mailing = self._create_mailing(self.partners)
        self.assertEqual(mailing.held_back_count, 2)
        mailing.action_send_mail()
        traces = self.env["mailing.trace"].search([("mass_mailing_id", "=", mailing.id)])
        self.assertEqual(
            set(traces.mapped("res_id")), set((self.other_customer + self.bystander).ids)
        )
        mails = self.env["mail.mail"].search([("mailing_id", "=", mailing.id)])
        self.assertEqual(len(mails), 2)
        self.complaint.stage_id = self.stage_closed
        again = self._create_mailing(self.partners)
        self.assertEqual(again.held_back_count, 0)
        again.action_send_mail()
        mails = self.env["mail.mail"].search([("mailing_id", "=", again.id)])
        self.assertEqual(len(mails), 4)

    def test_only_severe_complaints_hold_back(self):
        for values in ({"priority": "1"}, {"priority": "3", "kind": "suggestion"}):
            with self.subTest(values):
                self.complaint.write(values)
                self.assertEqual(self._get_recipients(self.partners), self.partners)

    def test_leads_and_orders_by_their_customer(self):
        orders = self.order | self.other_order
        self.assertEqual(self._get_recipients(orders), self.other_order)
        leads = self.env["crm.lead"].create(
            [
                {"name": "Pies", "partner_id": self.colleague.id},
                {"name": "By address alone", "email_from": '"S." <Sarnai@Altan.example.com>'},
                {"name": "Nobody we know"},
                {"name": "Curtains", "partner_id": self.other_customer.id},
            ]
        )
        self.assertEqual(self._get_recipients(leads), leads[2:])

    def test_mailing_lists_by_address(self):
        contacts = self.env["mailing.contact"].create(
            [
                {"name": "Sarnai", "email": "SARNAI@altan.example.com"},
                {"name": "Else", "email": "else@example.com"},
                {"name": "No address"},
            ]
        )
        self.assertEqual(self._get_recipients(contacts), contacts[1:])

    def test_sms_as_well(self):
        mailing = self._create_mailing(
            self.partners, mailing_type="sms", body_plaintext="Come and taste"
        )
        self.assertEqual(
            set(mailing._get_remaining_recipients()),
            set((self.other_customer + self.bystander).ids),
        )
        contacts = self.env["mailing.contact"].create(
            [
                {"name": "Sarnai", "mobile": self.contact.phone},
                {"name": "Else", "mobile": self.other_customer.phone},
            ]
        )
        self.assertEqual(self._get_recipients(contacts, mailing_type="sms"), contacts[1])

    def test_mailing_for_everybody(self):
        self.assertEqual(
            self._get_recipients(self.partners, use_exclusion_list=False), self.partners
        )

    def test_marketer_without_complaints_sends_as_well(self):
        self.env.ref("base.group_user").implied_ids -= self.env.ref(
            "crm_extended.group_crm_complaint_user"
        )
        self.salesperson.group_ids = self.env.ref("mass_mailing.group_mass_mailing_user")
        mailing = self._create_mailing(self.partners).with_user(self.salesperson)
        self.assertFalse(self.Complaint.with_user(self.salesperson).has_access("read"))
        self.assertEqual(len(mailing._get_remaining_recipients()), 2)
        self.assertEqual(mailing.held_back_count, 2)

    def test_other_messages_go_out(self):
        message = self.order.message_post(
            body="Your order is on its way",
            partner_ids=self.contact.ids,
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(message.notified_partner_ids, self.contact)

    def test_complaints_stay_in_the_database(self):
        """However many there are, none of their ids travels."""
        self.Complaint.create(
            [
                {"name": f"Late {i}", "partner_id": self.customer.id, "priority": "2"}
                for i in range(50)
            ]
        )
        mailing = self._create_mailing(self.partners)
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        domain = mailing._get_recipients_domain()
        built = self.env.cr.sql_log_count - before
        self.assertLessEqual(built, 2)
        self.assertEqual(self.env["res.partner"].search_count(domain), 2)
        self.assertLessEqual(self.env.cr.sql_log_count - before, built + 1)
