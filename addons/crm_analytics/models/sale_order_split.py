from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare

from .sale_order_credit import TOTAL


class SaleOrder(models.Model):
    """An order that several salespersons have sold counts for each of them by its share."""

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    credit_ids = fields.One2many(
        comodel_name="sale.order.credit",
        inverse_name="order_id",
        string="Split Credit",
        copy=True,
        help="Who shares the credit for this order. Empty: all of it is the salesperson's.",
    )
    credit_total = fields.Float(
        string="Shares in All (%)",
        digits=(5, 2),
        compute="_compute_credit_total",
    )

    @api.depends("credit_ids.share")
    def _compute_credit_total(self):
        for order in self:
            order.credit_total = sum(order.credit_ids.mapped("share"))

    @api.constrains("credit_ids")
    def _check_credit_total(self):
        for order in self.filtered("credit_ids"):
            total = sum(order.credit_ids.mapped("share"))
            if float_compare(total, TOTAL, precision_digits=2):
                raise ValidationError(
                    self.env._(
                        "The split credit of %(order)s adds up to %(total)s %% instead of "
                        "100 %%: change the shares, or remove them all to leave the order to its "
                        "salesperson.",
                        order=order.name,
                        total=f"{total:g}",
                    )
                )
