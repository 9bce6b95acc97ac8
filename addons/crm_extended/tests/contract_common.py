from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user
from odoo.tests.common import TransactionCase


class ContractCommon(TransactionCase):
    """A company with a customer and a responsible person, and contracts made in one line."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=False))
        cls.company = cls.env["res.company"].create({"name": "Contract Test"})
        cls.company.partner_id.tz = "UTC"
        cls.user = cls._new_user("contract_user")
        cls.manager = cls._new_user("contract_manager", "crm_extended.group_crm_contract_manager")
        cls.colleague = cls._new_user("contract_colleague")
        cls.partner = cls.env["res.partner"].create({"name": "Bakery", "is_company": True})
        cls.env = cls.env(
            context=dict(cls.env.context, allowed_company_ids=cls.company.ids, lang="en_US")
        )
        cls.today = cls.company._get_today()

    @classmethod
    def _new_user(cls, login, groups="crm_extended.group_crm_contract_user", company=None):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login,
            groups,
            company_id=company.id,
            company_ids=[fields.Command.set(company.ids)],
        )

    @classmethod
    def _day(cls, days):
        return cls.today + timedelta(days=days)

    @classmethod
    def _new_contract(cls, **values):
        """A running contract with a year to go, unless the values say otherwise."""
        return cls.env["crm.contract"].create(
            {
                "name": "Supply",
                "partner_id": cls.partner.id,
                "company_id": cls.company.id,
                "user_id": cls.user.id,
                "date_start": cls._day(-365),
                "date_end": cls._day(365),
                "state": "running",
                **values,
            }
        )

    @classmethod
    def _new_term(cls, contract=None, **values):
        """A term due in 30 days with the ladder 60,30,7,1, unless the values say otherwise."""
        return cls.env["crm.contract.term"].create(
            {
                "contract_id": (contract or cls._new_contract()).id,
                "name": "Report",
                "due_date": cls._day(30),
                **values,
            }
        )

    def _run_nightly(self, **kwargs):
        """Run the nightly action the way the scheduler does, commits included."""
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.env(cr=cr, su=True)["crm.contract.term"]._cron_raise_alerts(**kwargs)

    def _get_steps(self, term):
        return sorted(term.alert_ids.mapped("days_before"), reverse=True)

    def _get_activities(self, contract):
        activity_type = self.env.ref("crm_extended.mail_activity_type_contract_term")
        to_managers = contract.alert_ids.escalation_activity_id
        return (contract.activity_ids - to_managers).filtered(
            lambda a: a.activity_type_id == activity_type
        )

    def _get_mails(self, recipients):
        """The e-mails that are queued for these users or partners, those about alerts."""
        partners = recipients.partner_id if recipients._name == "res.users" else recipients
        # Not what Odoo itself says of a contract, such as that it has been assigned.
        return self.env["mail.mail"].search(
            [("recipient_ids", "in", partners.ids), ("model", "!=", "crm.contract")]
        )
