from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..tools.spread import spread


class CrmSalesPlanSpread(models.TransientModel):
    """Split a figure given from above over months and whom or what it is for."""

    _name = "crm.sales.plan.spread"
    _description = "Split a Figure from Above"

    plan_id = fields.Many2one(comodel_name="crm.sales.plan", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="plan_id.company_id")
    currency_id = fields.Many2one(related="plan_id.currency_id")
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Sales Team",
        compute="_compute_team_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="Empty: of the whole company.",
    )
    is_manager = fields.Boolean(compute="_compute_is_manager")
    dimension = fields.Selection(
        selection=[
            ("user_id", "Salesperson"),
            ("team_id", "Sales Team"),
            ("country_id", "Country"),
            ("state_id", "Country State"),
            ("category_id", "Product Category"),
            ("segment_id", "Customer Group"),
            ("none", "Months Only"),
        ],
        string="Split By",
        required=True,
        default="user_id",
        help="In proportion to what was sold a year before; each share is then split over the"
        " months as that year was.",
    )
    amount_last_year = fields.Monetary(
        string="Sold a Year Before", compute="_compute_amount_last_year"
    )
    amount = fields.Monetary(
        required=True,
        compute="_compute_amount",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="For all months of the plan together.",
    )

    @api.depends("plan_id")
    def _compute_is_manager(self):
        for wizard in self:
            wizard.is_manager = wizard.plan_id._is_manager()

    @api.depends("plan_id")
    def _compute_team_id(self):
        for wizard in self:
            if not wizard.plan_id._is_manager():
                wizard.team_id = wizard.plan_id._get_led_teams()[:1]

    @api.depends("plan_id", "team_id")
    def _compute_amount_last_year(self):
        for wizard in self:
            figures = wizard._read_last_year([]) if wizard.plan_id else {}
            wizard.amount_last_year = sum(sum(months.values()) for months in figures.values())

    @api.depends("amount_last_year")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = wizard.amount or wizard.amount_last_year

    def action_apply(self):
        """Write the top-down figures, in the place of those there were."""
        self.ensure_one()
        plan = self.plan_id
        plan._check_draft()
        if self.dimension == "team_id" and self.team_id:
            raise UserError(self.env._("A team's figure is split by something else than teams."))
        if not self.is_manager and self.team_id not in plan._get_led_teams():
            raise AccessError(self.env._("Only its leader gives figures to a team."))
        if self.currency_id.is_zero(self.amount):
            raise UserError(self.env._("Enter the figure that is to be split."))
        lines = self.env["crm.sales.plan.line"]
        lines.search(self._get_replaced_domain()).unlink()
        lines.create(self._prepare_lines())
        return {"type": "ir.actions.act_window_close"}

    def _get_replaced_domain(self):
        domain = Domain("plan_id", "=", self.plan_id.id) & Domain("entry", "=", "top_down")
        if self.team_id:
            domain &= Domain("team_id", "=", self.team_id.id)
        return domain

    def _read_last_year(self, dimensions):
        domain = Domain("team_id", "=", self.team_id.id) if self.team_id else Domain.TRUE
        return self.plan_id._read_last_year(dimensions, domain)

    def _prepare_lines(self):
        """The values of the figures: they add up to the amount, to the last cent."""
        months = self.plan_id._get_months()
        rounding = self.currency_id.rounding
        by_month = defaultdict(float)
        for figures in self._read_last_year([]).values():
            for month, amount in figures.items():
                by_month[month] += amount
        weights = [by_month[month] for month in months]
        shares = self._get_shares()
        vals_list = []
        for key, share in zip(shares, spread(self.amount, shares.values(), rounding), strict=True):
            for month, part in zip(months, spread(share, weights, rounding), strict=True):
                if part:
                    vals_list.append(self._prepare_line(key, month, part))
        return vals_list

    def _prepare_line(self, key, month, amount):
        values = {"team_id": self.team_id.id} if self.team_id else {}
        if key:
            values[self.dimension] = key
        return {
            **values,
            "plan_id": self.plan_id.id,
            "entry": "top_down",
            "month": month,
            "amount": amount,
        }

    def _get_shares(self):
        """``{id: what was sold a year before}`` of those that get a share."""
        if self.dimension == "none":
            return {0: 1.0}
        shares = {
            key: sum(months.values())
            for (key,), months in self._read_last_year([self.dimension]).items()
        }
        receivers = self._get_receivers()
        if receivers is not None:
            # Who left gets no figure and who is new gets one, if only to be changed by hand.
            shares = {key: shares.get(key, 0.0) for key in receivers.ids}
        if not shares or (receivers is None and max(shares.values()) <= 0):
            raise UserError(
                self.env._(
                    "There is nothing to split by: nobody to give it to, or nothing sold a year"
                    " before. Split it by months only, or enter the figures in the grid."
                )
            )
        return shares

    def _get_receivers(self):
        """The people or teams of today; None for what last year's sales alone tell."""
        if self.dimension == "user_id":
            return self.plan_id._get_entry_users(self.team_id)
        return self.plan_id._get_entry_teams() if self.dimension == "team_id" else None
