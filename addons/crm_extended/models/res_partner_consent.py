from datetime import date

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

OLDEST_BIRTHDATE = date(1900, 1, 1)
CONSENT_FIELDS = ("crm_consent_date", "crm_consent_source")


class ResPartner(models.Model):
    """When a customer was born, and whether he wants greetings and offers."""

    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    birthdate_date = fields.Date(string="Birthday", tracking=True)
    crm_consent = fields.Selection(
        selection=[("given", "Agreed"), ("refused", "Declined")],
        string="Greetings and Offers",
        tracking=True,
        copy=False,
        help="Whether this person wants greetings, vouchers and offers. Nobody is sent any before "
        "agreeing. Messages about an order or a complaint go out in any case.",
    )
    crm_consent_date = fields.Datetime(string="Answered On", readonly=True, copy=False)
    crm_consent_source = fields.Selection(
        selection=[
            ("staff", "Told Our Staff"),
            ("portal", "Customer Portal"),
            ("survey", "Questionnaire"),
            ("import", "Import"),
        ],
        string="Answered Through",
        readonly=True,
        copy=False,
    )

    # Nobody looks for a year of birth: birthdays of a day among all customers
    _birthday_idx = models.Index(
        "((EXTRACT(MONTH FROM birthdate_date) * 100 + EXTRACT(DAY FROM birthdate_date)))"
        " WHERE birthdate_date IS NOT NULL"
    )

    @api.constrains("birthdate_date")
    def _check_birthdate_date(self):
        for partner in self.filtered("birthdate_date"):
            if fault := partner._get_birthdate_fault(partner.birthdate_date):
                raise ValidationError(fault)

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(
            [self._complete_consent(self._keep_consent_true(vals)) for vals in vals_list]
        )

    def write(self, vals):
        """Note when and through what a customer agreed; saying the same again changes nothing."""
        vals = self._keep_consent_true(vals)
        if "crm_consent" not in vals or any(name in vals for name in CONSENT_FIELDS):
            return super().write(vals)
        changed = self.filtered(lambda partner: partner.crm_consent != vals["crm_consent"])
        result = super(ResPartner, changed).write(changed._complete_consent(vals))
        others = {name: value for name, value in vals.items() if name != "crm_consent"}
        return super(ResPartner, self - changed).write(others) and result

    @api.model
    def _keep_consent_true(self, vals):
        """Colleagues answer for a customer as staff: when and through what is noted for them."""
        if self.env.su or self.env.context.get("import_file"):
            return vals
        return {name: value for name, value in vals.items() if name not in CONSENT_FIELDS}

    @api.model
    def _complete_consent(self, vals):
        """Add date and source; as superuser `crm_consent_source` in the context names another."""
        if "crm_consent" not in vals or any(name in vals for name in CONSENT_FIELDS):
            return vals
        if not vals["crm_consent"]:
            return {**vals, **dict.fromkeys(CONSENT_FIELDS, False)}
        is_import = self.env.context.get("import_file")
        source = "import" if is_import else "staff"
        if self.env.su:
            source = self.env.context.get("crm_consent_source", source)
        return {**vals, "crm_consent_date": fields.Datetime.now(), "crm_consent_source": source}

    @api.model
    def _get_birthdate_fault(self, birthdate):
        """Return the sentence that says what is wrong with a birthday, if anything."""
        if birthdate > fields.Date.context_today(self):
            return self.env._("The birthday lies in the future: check the year.")
        if birthdate < OLDEST_BIRTHDATE:
            return self.env._("The birthday is more than a century ago: check the year.")
        return None

    @api.model
    def _get_consent_domain(self):
        """Who may be sent greetings and offers by name: those who agreed."""
        return Domain("crm_consent", "=", "given")
