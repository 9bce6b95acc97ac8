from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date


class LoyaltyCampaignMember(models.Model):
    """A customer of a campaign, once: with a voucher, or held out.

    The database holds one row for each customer (commercial partner): colleagues of one company do
    not get several vouchers, and the company is in one of the two groups as a whole.
    """

    _name = "loyalty.campaign.member"
    _description = "Customer of a Voucher Campaign"
    _inherit = ["mail.thread"]
    _rec_name = "partner_id"
    _order = "id"
    _mailing_enabled = True

    campaign_id = fields.Many2one(
        comodel_name="loyalty.campaign",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        readonly=True,
        index=True,
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    commercial_partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer (Company)",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        help="Of the time the campaign was prepared. What it bought is the result.",
    )
    lang = fields.Char(string="Language", readonly=True)
    is_holdout = fields.Boolean(string="Held Out", readonly=True)
    voucher_id = fields.Many2one(
        comodel_name="loyalty.card",
        readonly=True,
        ondelete="set null",
        groups="crm_loyalty.group_crm_loyalty_user",
    )
    error = fields.Char(readonly=True, help="Why no voucher could be issued.")
    # What the mailings may say
    code = fields.Char(
        related="voucher_id.code",
        string="Code",
        groups="crm_loyalty.group_crm_loyalty_user",
    )
    expiration_text = fields.Char(string="Valid Until", compute="_compute_expiration_text")

    _customer_uniq = models.UniqueIndex(
        "(campaign_id, commercial_partner_id)",
        "A customer is in a campaign once.",
    )
    _voucher_uniq = models.UniqueIndex("(voucher_id) WHERE voucher_id IS NOT NULL")
    _waiting_idx = models.Index(
        "(id) WHERE voucher_id IS NULL AND is_holdout IS NOT TRUE AND error IS NULL"
    )

    @api.depends("lang", "campaign_id.expiration_date")
    def _compute_expiration_text(self):
        for member in self:
            member.expiration_text = format_date(
                self.env, member.campaign_id.expiration_date, lang_code=member.lang or None
            )

    @api.model
    def mail_allowed_qweb_expressions(self):
        """What a campaign may say without the right to write templates."""
        return (
            *super().mail_allowed_qweb_expressions(),
            "object.code",
            "object.expiration_text",
        )

    # Vouchers

    @api.model
    def _get_waiting_domain(self):
        """Customers of launched campaigns who have no voucher yet."""
        return (
            Domain("voucher_id", "=", False)
            & Domain("is_holdout", "=", False)
            & Domain("error", "=", False)
            & Domain("campaign_id", "any", self.env["loyalty.campaign"]._get_launched_domain())
        )

    def _issue_vouchers(self):
        """Give each of these customers a voucher of his campaign, in the transaction at hand."""
        for campaign, members in self.grouped("campaign_id").items():
            program = campaign.program_id.with_company(campaign.company_id)
            vouchers = program._issue_voucher(
                members.partner_id,
                expiration_date=campaign.expiration_date,
                description=campaign.name,
            )
            for member, voucher in zip(members, vouchers, strict=True):
                member.voucher_id = voucher
        self.env.flush_all()

    def _note_error(self, error):
        """Keep why a customer got no voucher, so that the others are not held up by him."""
        self.error = str(error) or type(error).__name__
