from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import formatLang

OFFERED_ORDERS = 5
OFFERED_LINES = 10


class CrmComplaint(models.Model):
    """Taking a complaint down while the customer waits: what was bought, and when."""

    _inherit = "crm.complaint"  # pylint: disable=consider-merging-classes-inherited

    order_line_id = fields.Many2one(
        comodel_name="sale.order.line",
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

    @api.onchange("partner_id")
    def _onchange_partner_id_drop_order(self):
        """Another customer bought something else: his complaint begins without an order."""
        # sudo: the order may be one that only another salesperson may open
        buyer = self.sudo().order_id.partner_id
        if (
            self.partner_id
            and buyer
            and not buyer.is_guest
            and buyer.commercial_partner_id != self.partner_id.commercial_partner_id
        ):
            self.update({"order_id": False, "order_line_id": False, "product_id": False})

    @api.onchange("order_id", "product_id")
    def _onchange_drop_order_line(self):
        line = self.sudo().order_line_id  # sudo: as above
        if line.order_id != self.sudo().order_id or line.product_id != self.sudo().product_id:
            self.order_line_id = False

    @api.model
    @api.readonly
    def get_orders_to_pick(self, partner_id, company_id=False, text=""):
        """What the customer bought lately, for whoever writes his complaint down.

        :param text: part of an order number or product, to find an older order
        :return: a list of `{id, name, date_order, lines: [{id, product, quantity}], more}`,
            the latest order first; `more` is the number of lines left out
        """
        self.check_access("create")
        partner = self.env["res.partner"].browse(partner_id).exists()
        partner.check_access("read")
        text = (text or "").strip()
        if not partner or (partner.is_guest and not text):
            return []
        companies = self.env.companies
        companies = companies.browse(company_id) & companies or companies
        # sudo: who answers the phone may have no access to sales. He learns what this customer
        # bought from his companies and when, but no prices.
        orders = (
            self.env["sale.order"]
            .sudo()
            .search_fetch(
                self._get_orders_to_pick_domain(partner, companies, text),
                ["name", "date_order"],
                limit=OFFERED_ORDERS,
                order="date_order desc, id desc",
            )
        )
        lines = orders.env["sale.order.line"].search_fetch(
            Domain("order_id", "in", orders.ids)
            & Domain("product_id", "!=", False)
            & Domain("display_type", "=", False)
            & Domain("is_downpayment", "=", False),
            ["name", "order_id", "product_id", "product_uom_id", "product_uom_qty"],
        )
        lines.product_id.mapped("display_name")  # read for all orders at once
        offers = []
        for order in orders:
            order_lines = lines.filtered(lambda line, order=order: line.order_id == order)
            if text and text.lower() not in order.name.lower():
                order_lines = order_lines.filtered(lambda line: text.lower() in line.name.lower())
            if order_lines:
                offers.append(self._prepare_order_to_pick(order, order_lines))
        return offers

    @api.model
    def _get_orders_to_pick_domain(self, partner, companies, text):
        domain = Domain(
            "partner_id.commercial_partner_id", "=", partner.commercial_partner_id.id
        ) & Domain("company_id", "in", companies.ids)
        if not text:
            return domain & Domain("state", "=", "sale")
        # whoever names an order may also mean a quotation, or one that was cancelled
        return domain & (
            Domain("name", "ilike", text) | Domain("order_line", "any", [("name", "ilike", text)])
        )

    @api.model
    def _prepare_order_to_pick(self, order, lines):
        offered = lines[:OFFERED_LINES]
        return {
            "id": order.id,
            "name": order.name,
            "date_order": fields.Datetime.to_string(order.date_order),
            "lines": [
                {
                    "id": line.id,
                    "product": line.product_id.display_name,
                    "quantity": self._format_picked_quantity(line),
                }
                for line in offered
            ],
            "more": len(lines) - len(offered),
        }

    @api.model
    def _format_picked_quantity(self, line):
        quantity = line.product_uom_qty
        digits = 0 if quantity.is_integer() else 2
        return f"{formatLang(self.env, quantity, digits=digits)} {line.product_uom_id.name}"
