from odoo import models


class CrmSalesPlan(models.Model):
    """What the buttons of a plan open."""

    _inherit = "crm.sales.plan"  # pylint: disable=consider-merging-classes-inherited

    def action_open_grid(self):
        """The figures, months across."""
        self.ensure_one()
        action = self.env["ir.actions.client"]._for_xml_id(
            "crm_analytics.action_crm_sales_plan_grid"
        )
        return {
            **action,
            "name": self.display_name,
            "params": {"plan_id": self.id},
            "context": {"active_id": self.id},
        }

    def action_import(self):
        return self._get_wizard_action("crm.sales.plan.import", self.env._("Import Figures"))

    def action_spread(self):
        return self._get_wizard_action(
            "crm.sales.plan.spread", self.env._("Split a Figure from Above")
        )

    def action_view_analysis(self):
        """The plan beside the actuals of its months."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_analytics.crm_sales_plan_report_action"
        )
        action["domain"] = [
            ("company_id", "=", self.company_id.id),
            ("date", ">=", str(self.date_from)),
            ("date", "<=", str(self.date_to)),
        ]
        action["context"] = {}
        return action

    def action_view_gap(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_analytics.crm_sales_plan_gap_action"
        )
        action["domain"] = [("plan_id", "=", self.id)]
        action["context"] = {"search_default_scope_user": True, "search_default_period_plan": True}
        return action

    def action_view_versions(self):
        self.ensure_one()
        first = self.original_id or self
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_analytics.crm_sales_plan_action"
        )
        action["domain"] = ["|", ("id", "=", first.id), ("original_id", "=", first.id)]
        action["context"] = {"create": False}
        return action

    def _get_form_action(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def _get_wizard_action(self, model, name):
        self.ensure_one()
        self._check_draft()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_plan_id": self.id},
        }
