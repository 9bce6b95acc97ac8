from odoo import fields, models


class MailingMailing(models.Model):
    """Mailings of voucher campaigns."""

    _inherit = "mailing.mailing"  # pylint: disable=consider-merging-classes-inherited

    loyalty_campaign_id = fields.Many2one(
        comodel_name="loyalty.campaign",
        string="Voucher Campaign",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="cascade",
    )
