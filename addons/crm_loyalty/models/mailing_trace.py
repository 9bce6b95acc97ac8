from odoo import models


class MailingTrace(models.Model):
    _inherit = "mailing.trace"

    # What became of the mailing to a customer of a campaign is read customer by customer
    _loyalty_member_idx = models.Index("(res_id) WHERE model = 'loyalty.campaign.member'")
