from odoo import fields, models
from odoo.tools import SQL


class CrmDeliveryDue(models.Model):
    """What customers were promised and did not get yet: a row an open delivery and product.

    Only the last step counts, where goods leave for the customer. The amount is that of the order
    for the quantity still open, without taxes in company currency; parts of a kit have none, as
    the order does not say what each is worth.
    """

    _name = "crm.delivery.due"
    _inherit = ["crm.due.mixin"]
    _description = "Deliveries Due"
    _auto = False
    _rec_name = "picking_id"
    _depends = {
        "res.company": ["currency_id", "resource_calendar_id"],
        "res.partner": ["commercial_partner_id", "country_id"],
        "resource.calendar": ["tz"],
        "sale.order": ["company_id", "currency_rate", "partner_id", "team_id", "user_id"],
        "sale.order.line": [
            "order_id",
            "price_subtotal",
            "product_id",
            "product_uom_id",
            "product_uom_qty",
        ],
        "stock.move": [
            "date",
            "date_deadline",
            "picking_id",
            "product_id",
            "product_uom",
            "product_uom_qty",
            "sale_line_id",
            "state",
        ],
        "stock.picking": ["picking_type_id", "state"],
        "stock.picking.type": ["code"],
        "uom.uom": ["factor"],
    }

    picking_id = fields.Many2one(comodel_name="stock.picking", string="Delivery", readonly=True)
    order_id = fields.Many2one(comodel_name="sale.order", readonly=True)
    product_id = fields.Many2one(comodel_name="product.product", readonly=True)
    state = fields.Selection(
        selection=lambda self: self.env["stock.move"]._fields["state"].selection,
        string="Status",
        readonly=True,
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT move.id, move.picking_id, sale.id AS order_id, move.product_id, move.state,
                   sale.company_id, company.currency_id,
                   contact.commercial_partner_id AS partner_id, customer.country_id,
                   sale.user_id, sale.team_id,
                   %(due)s
              FROM stock_move AS move
              JOIN stock_picking AS picking ON picking.id = move.picking_id
              JOIN stock_picking_type AS type
                ON type.id = picking.picking_type_id AND type.code = 'outgoing'
              JOIN sale_order_line AS line ON line.id = move.sale_line_id
              JOIN sale_order AS sale ON sale.id = line.order_id
              JOIN res_company AS company ON company.id = sale.company_id
              LEFT JOIN resource_calendar AS calendar
                ON calendar.id = company.resource_calendar_id
              JOIN res_currency AS currency ON currency.id = company.currency_id
              LEFT JOIN uom_uom AS unit ON unit.id = move.product_uom
              LEFT JOIN uom_uom AS line_unit ON line_unit.id = line.product_uom_id
              LEFT JOIN res_partner AS contact ON contact.id = sale.partner_id
              LEFT JOIN res_partner AS customer ON customer.id = contact.commercial_partner_id
             WHERE move.state IN ('waiting', 'confirmed', 'partially_available', 'assigned')
            """,
            due=self._get_due_columns(
                SQL(
                    "(COALESCE(move.date_deadline, move.date) AT TIME ZONE 'UTC'"
                    " AT TIME ZONE COALESCE(calendar.tz, 'UTC'))::date"
                ),
                SQL("COALESCE(calendar.tz, 'UTC')"),
                SQL(
                    """CASE WHEN move.product_id = line.product_id
                            THEN round(line.price_subtotal
                                       / COALESCE(NULLIF(sale.currency_rate, 0), 1)
                                       * move.product_uom_qty * unit.factor
                                       / NULLIF(line.product_uom_qty * line_unit.factor, 0),
                                       currency.decimal_places)
                            ELSE 0 END"""
                ),
            ),
        )

    def action_open_document(self):
        self.ensure_one()
        return self.picking_id.get_formview_action()
