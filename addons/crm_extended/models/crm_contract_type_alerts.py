from odoo import api, fields, models


class CrmContractType(models.Model):
    """What the alerts of a type's contracts are, and whom they reach."""

    _name = "crm.contract.type"
    _inherit = ["crm.contract.type", "crm.contract.ladder.mixin"]
    _ladder_fields = ("alert_days_term", "alert_days_notice", "alert_days_end")

    alert_days_term = fields.Char(
        string="Before Due Dates",
        default="60,30,7,1",
        help="Days before the due date of a term on which an alert is raised, separated by commas: "
        "60,30,7,1. 0 is the due date itself. Each term may have its own.",
    )
    repeat_days_after = fields.Integer(
        string="Every … Days after",
        help="After the due date the alert of a term comes again every so many days, for a year at "
        "most, until somebody acknowledges it. 0: it does not come again.",
    )
    alert_days_notice = fields.Char(
        string="Before Notice Dates",
        default="60,30,7,1",
        help="Days before the last day to give notice, separated by commas.",
    )
    alert_days_end = fields.Char(
        string="Before Contract Ends",
        default="60,30,7,0",
        help="Days before the end of a contract, separated by commas.",
    )
    alert_activity = fields.Boolean(
        string="Activity",
        default=True,
        help="Plan an activity for the responsible person.",
    )
    alert_email = fields.Boolean(
        string="E-mail",
        default=True,
        help="List the alert in the e-mail that each responsible person gets once a night.",
    )
    alert_chatter = fields.Boolean(
        string="Note in the Chatter",
        help="Log the alert on the contract.",
    )
    alert_customer = fields.Boolean(
        string="E-mail to the Customer",
        help="Send the customer an e-mail of their own for each alert.",
    )
    alert_customer_template_id = fields.Many2one(
        comodel_name="mail.template",
        string="Customer Template",
        default=lambda self: self.env.ref(
            "crm_extended.mail_template_contract_alert_customer", raise_if_not_found=False
        ),
        domain="[('model', '=', 'crm.contract.alert')]",
        help="The text of the e-mail to the customer, sent in the customer's language.",
    )
    escalation_days = fields.Integer(
        string="Escalate after",
        default=3,
        help="Working days after which an activity that is still open goes to the manager: the "
        "leader of the responsible person's sales team, or a contracts administrator. 0: never.",
    )

    _repeat_days_after_in_range = models.Constraint(
        "CHECK (repeat_days_after BETWEEN 0 AND 365)",
        "An alert can come again every 1 to 365 days; 0 means that it does not.",
    )
    _escalation_days_in_range = models.Constraint(
        "CHECK (escalation_days BETWEEN 0 AND 365)",
        "An alert can be escalated after 1 to 365 working days; 0 means never.",
    )

    @api.model
    def _get_default(self):
        """What holds for contracts without a type: a type that is nowhere stored."""
        return self.new(self.default_get(list(self._fields)))
