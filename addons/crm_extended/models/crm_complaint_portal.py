from odoo import api, fields, models


class CrmComplaint(models.Model):
    """What the customer sees and does himself: his page, and his word on the solution."""

    # Each part of a complaint has a file of its own, because one file of all was too long to read.
    _inherit = "crm.complaint"  # pylint: disable=consider-merging-classes-inherited

    confirmed_date = fields.Datetime(
        string="Confirmed On",
        compute="_compute_confirmed_date",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        tracking=True,
        help="When the customer said that the solution is good. Reopening empties it.",
    )
    access_token = fields.Char(
        compute="_compute_access_token", store=True, readonly=False, precompute=True
    )

    @api.depends("stage_id")
    def _compute_confirmed_date(self):
        for complaint in self:
            complaint.confirmed_date = complaint.stage_id.is_closed and complaint.confirmed_date

    # A link was given to the person the complaint belonged to. Somebody else's complaint, or that
    # of a customer who was found since then, takes a new one: the public form shows its link to
    # whoever filled it in, whatever address he typed.
    @api.depends("partner_id")
    def _compute_access_token(self):
        self.access_token = False

    def _compute_access_url(self):
        super()._compute_access_url()
        for complaint in self:
            complaint.access_url = f"/my/complaints/{complaint.id}"
