"""What becomes of the alerts of a database of version 19.0.1.0.0."""

import importlib.util
from pathlib import Path

from odoo import fields
from odoo.tests.common import tagged

from .contract_common import ContractCommon

MIGRATIONS = Path(__file__).parent.parent / "migrations" / "19.0.1.1.0"


@tagged("post_install", "-at_install")
class TestContractAlertMigration(ContractCommon):
    def _migrate(self, name):
        spec = importlib.util.spec_from_file_location("migration", MIGRATIONS / name)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.env.flush_all()
        module.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()

    def test_alerts_say_what_they_are_about_and_what_became_of_them(self):
        contract = self._new_contract(notice_days=30)
        term = self._new_term(contract, due_on="notice", due_date=False)
        other = self._new_contract()
        closed = self._new_term(self._new_contract(state="expired"))
        plan = {
            "activity_type_id": self.env.ref("crm_extended.mail_activity_type_contract_term").id,
            "user_id": self.colleague.id,
        }
        open_activity = contract.activity_schedule(**plan)
        done_activity = contract.activity_schedule(**plan)
        done_activity.action_done()
        alerts = self.env["crm.contract.alert"].create(
            [
                {
                    "contract_id": contract.id,
                    "term_id": term.id,
                    "due_date": term.due_date,
                    "days_before": days,
                    "raised_at": fields.Datetime.now(),
                    "activity_id": activity.id,
                }
                for days, activity in (
                    (60, self.env["mail.activity"]),
                    (30, done_activity),
                    (7, open_activity),
                )
            ]
        )
        self.env.flush_all()
        cr = self.env.cr
        for column in ("subject", "state"):
            cr.execute(f"ALTER TABLE crm_contract_alert ALTER {column} DROP NOT NULL")
        cr.execute("UPDATE crm_contract_alert SET subject = NULL, state = NULL, user_id = NULL")
        cr.execute("UPDATE crm_contract SET alert_days_notice = NULL, alert_days_end = NULL")
        cr.execute("UPDATE crm_contract_term SET next_alert_date = %s", [self.today])
        self._migrate("pre-contract-alerts.py")
        self._migrate("post-contract-alerts.py")
        self.assertEqual(set(alerts.mapped("subject")), {"term"})
        self.assertEqual(alerts.mapped("state"), ["superseded", "closed", "raised"])
        self.assertEqual(alerts[2].user_id, self.colleague)
        self.assertFalse(any(alerts.mapped("to_digest")), "what was told is not told again")
        self.assertFalse(contract.alert_days_notice, "a term follows that date already")
        self.assertEqual(contract.alert_days_end, "60,30,7,0")
        self.assertEqual(other.alert_days_notice, "60,30,7,1")
        self.assertFalse(closed.next_alert_date)
        self.assertEqual(term.next_alert_date, self.today)
