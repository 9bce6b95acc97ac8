from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    crm_consent_source = fields.Selection(selection_add=[("referral", "Invitation of a Friend")])
