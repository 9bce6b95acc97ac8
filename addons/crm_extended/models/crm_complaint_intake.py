from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmComplaint(models.Model):
    """Taking a complaint down while the customer waits: what was bought, and when."""

    _inherit = "crm.complaint"  # pylint: disable=consider-merging-classes-inherited

    order_line_id = fields.Many2one(
        comodel_name="sale.order.line",
        string="Order Line",
        domain="[('order_id', '=?', order_id), ('display_type', '=', False)]",
        check_company=True,
        index="btree_not_null",
        help="Choosing a line fills in its order and product.",
    )
    order_id = fields.Many2one(
        compute="_compute_order_id", store=True, readonly=False, precompute=True
    )
    product_id = fields.Many2one(
        compute="_compute_product_id", store=True, readonly=False, precompute=True
    )

    @api.depends("order_line_id")
    def _compute_order_id(self):
        for complaint in self:
            complaint.order_id = complaint.order_line_id.order_id or complaint.order_id

    @api.depends("order_line_id")
    def _compute_product_id(self):
        for complaint in self:
            complaint.product_id = complaint.order_line_id.product_id or complaint.product_id

    @api.constrains("order_line_id", "order_id", "product_id")
    def _check_order_line(self):
        # sudo: the rule also holds for an order that only another salesperson may open
        for complaint in self.sudo():
            line = complaint.order_line_id
            if not line:
                continue
            if line.order_id != complaint.order_id:
                raise ValidationError(
                    self.env._(
                        "The order line “%(line)s” is not of the order %(order)s. "
                        "Choose a line of this order, or remove the line.",
                        line=line.display_name,
                        order=complaint.order_id.name or "-",
                    )
                )
            if line.product_id != complaint.product_id:
                raise ValidationError(
                    self.env._(
                        "The order line “%(line)s” is about another product than %(product)s. "
                        "Choose the product of the line, or remove the line.",
                        line=line.display_name,
                        product=complaint.product_id.display_name or "-",
                    )
                )
