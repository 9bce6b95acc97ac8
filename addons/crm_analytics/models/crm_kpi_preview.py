from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_amount
from odoo.tools.misc import formatLang

from ..tools import period as periods
from .crm_kpi_checking import DEFINITION, PATHS

# What these are called in most models, the best first.
PROPOSED = {
    "date_field": ("date_order", "invoice_date", "date", "received_date", "create_date"),
    "user_field": ("user_id", "invoice_user_id"),
    "team_field": ("team_id",),
    "company_field": ("company_id",),
    "partner_field": ("partner_id",),
    "product_field": ("product_id",),
}


class CrmKpi(models.Model):
    """What a definition gives for this month, while it is being written."""

    _inherit = "crm.kpi"  # pylint: disable=consider-merging-classes-inherited

    preview = fields.Char(
        string="This Month",
        compute="_compute_preview",
        help="The figure of this month as you see it, with your rights.",
    )
    preview_problem = fields.Char(compute="_compute_preview")

    @api.onchange("model_name")
    def _onchange_model_name(self):
        """Propose the fields by their usual names, and drop those of other records."""
        model = self.env.get(self.model_name)
        self.update({"domain": "[]", "part_domain": "[]", **dict.fromkeys(PATHS, False)})
        self.measure_field = False
        if model is None:
            return
        for name, choices in PROPOSED.items():
            types, comodels = PATHS[name]
            for choice in choices:
                field = model._fields.get(choice)
                if (
                    field
                    and field.type in types
                    and (not comodels or field.comodel_name in comodels)
                    and self._is_queryable(model, choice)
                ):
                    self[name] = choice
                    break

    @api.depends(*DEFINITION, "unit")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_preview(self):
        for kpi in self:
            kpi.preview, kpi.preview_problem = kpi._get_preview()

    def _get_preview(self):
        """``(formatted figure, what is wrong with the definition)``, one of the two False."""
        self.ensure_one()
        if self.measure != "ratio" and not self._is_complete():
            return False, False
        try:
            with self.env.cr.savepoint(flush=False):
                self._check_definition()
                value = self._read_value(*self._get_preview_window())
        except (UserError, ValidationError, psycopg2.Error) as error:
            return False, str(error).splitlines()[0]
        return self._format_value(value), False

    def _is_complete(self):
        """Whether enough is entered to look at it: nobody is told off for what is to come."""
        return (
            self.model_name
            and (self.date_field or self.date_kind == "end")
            and (self.measure_field or self.measure in ("count", "share"))
        )

    def _get_preview_window(self):
        today = fields.Date.context_today(self)
        month = periods.parse("this_month", today)
        return month.start, today + timedelta(days=1)

    def action_open_records(self):
        self.ensure_one()
        return self._get_action(*self._get_preview_window())

    def _format_value(self, value):
        """A value as people read it, in the language of the reader; a dash for nothing to say."""
        self.ensure_one()
        if value is None:
            return "–"
        if self.unit == "money":
            return format_amount(self.env, value, self.env.company.currency_id)
        if self.unit == "percent":
            value *= 100
        number = formatLang(self.env, value, digits=0 if float(value).is_integer() else 1)
        texts = {
            "percent": self.env._("%(number)s %%", number=number),
            "days": self.env._("%(number)s days", number=number),
            "hours": self.env._("%(number)s hours", number=number),
            "points": self.env._("%(number)s points", number=number),
        }
        return texts.get(self.unit, number)
