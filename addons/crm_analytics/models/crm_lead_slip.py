from odoo import api, fields, models


class CrmLeadSlip(models.Model):
    """A move of the expected closing of an opportunity. Rows are only ever added.

    Taking the date off is no way around it: the next date is compared with the one taken off.
    """

    _name = "crm.lead.slip"
    _description = "Slippage"
    _rec_name = "lead_id"
    _order = "id desc"

    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        string="Opportunity",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="lead_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="lead_id.partner_id", string="Customer")
    stage_id = fields.Many2one(related="lead_id.stage_id")
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Salesperson",
        readonly=True,
        index=True,
        help="Who the opportunity belonged to when its expected closing was moved.",
    )
    team_id = fields.Many2one(comodel_name="crm.team", string="Sales Team", readonly=True)
    date_from = fields.Date(string="Expected Before", required=True, readonly=True)
    date_to = fields.Date(
        string="Expected Now", readonly=True, help="Empty where the date was taken off."
    )
    days = fields.Integer(
        string="Days Moved",
        readonly=True,
        help="Above zero where the closing was put off, below zero where it was brought forward.",
    )
    is_later = fields.Boolean(string="Put Off", readonly=True)
    create_date = fields.Datetime(string="Moved On", readonly=True, index=True)
    create_uid = fields.Many2one(comodel_name="res.users", string="Moved By", readonly=True)

    def action_open_lead(self):
        self.ensure_one()
        return self.lead_id.get_formview_action()

    @api.model
    def _log(self, moves):
        """Keep ``{opportunity: (day before, day after)}``, either of them False where missing."""
        returned = [lead.id for lead, (before, after) in moves.items() if after and not before]
        taken_off = self._get_days_taken_off(returned)
        values = [
            self._prepare_values(lead, before or taken_off.get(lead.id), after)
            for lead, (before, after) in moves.items()
        ]
        # sudo: whoever may move the closing leaves a trace of it, but nobody writes the trace
        self.sudo().create([vals for vals in values if vals])

    @api.model
    def _get_days_taken_off(self, lead_ids):
        """``{opportunity id: the day it had}`` where the newest move took the date off."""
        if not lead_ids:
            return {}
        self.flush_model()
        # sudo: what counts is the opportunity's history, not what its writer may read of it
        newest = self.sudo()._read_group([("lead_id", "in", lead_ids)], ["lead_id"], ["id:max"])
        slips = self.sudo().browse([slip_id for _lead, slip_id in newest])
        return {slip.lead_id.id: slip.date_from for slip in slips if not slip.date_to}

    @api.model
    def _prepare_values(self, lead, before, after):
        if not before or before == after:
            return {}
        days = (after - before).days if after else 0
        return {
            "lead_id": lead.id,
            "user_id": lead.user_id.id,
            "team_id": lead.team_id.id,
            "date_from": before,
            "date_to": after,
            "days": days,
            "is_later": days > 0,
        }
