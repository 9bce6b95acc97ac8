from odoo import http
from odoo.http import request
from odoo.tools import plaintext2html

from odoo.addons.portal.controllers.portal import CustomerPortal

from .form_input import FILE_TYPES, FormInput, TextField, is_number

MAX_ORDERS = 30
TEXT_FIELDS = (
    TextField("kind", 20),
    TextField("about", 40, required=False),
    TextField("name", 150),
    TextField("description", 5000, is_long=True),
)


class ComplaintPortalForm(CustomerPortal):
    """The form in which a signed-in customer tells what went wrong."""

    @http.route("/my/complaints/new", type="http", auth="user", website=True, methods=["GET"])
    def portal_new_complaint(self, kind=None, order_id=None, **_params):
        typed = {"kind": kind if kind in get_kinds() else "complaint", "about": order_id or ""}
        return self._render_new_complaint(self._get_own_orders(order_id), typed, {})

    @http.route("/my/complaints/new", type="http", auth="user", website=True, methods=["POST"])
    def portal_create_complaint(self, **params):
        form = FormInput(params, TEXT_FIELDS)
        if form.texts["kind"] not in get_kinds():
            form.errors["kind"] = self.env._("Please choose one of these.")
        order_id, _dash, line_id = form.texts["about"].partition("-")
        orders = self._get_own_orders(order_id)
        order = orders.filtered(lambda order: str(order.id) == order_id)
        line = get_complaint_lines(order).filtered(lambda line: str(line.id) == line_id)
        if (order_id and not order) or (line_id and not line):
            form.errors["about"] = self.env._("Please choose one of your orders.")
        if form.errors:
            return self._render_new_complaint(orders, form.texts, form.errors)
        partner = request.env.user.partner_id
        # sudo: customers write no complaints but by this form, which sets these values and no more
        complaint = (
            request.env["crm.complaint"]
            .sudo()
            .create(
                {
                    "kind": form.texts["kind"],
                    "channel": "portal",
                    "name": form.texts["name"],
                    "description": plaintext2html(form.texts["description"]),
                    "partner_id": partner.id,
                    "order_id": order.id,
                    "order_line_id": line.id,
                    "product_id": line.product_id.id,
                    "company_id": (order.company_id or request.env.company).id,
                }
            )
        )
        complaint._post_files_of_customer(form.files, partner)
        complaint._send_receipt()
        return request.redirect(f"{complaint.access_url}?done=filed")

    def _render_new_complaint(self, orders, typed, errors):
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "complaint",
            "is_new": True,
            "kinds": get_kinds(),
            "orders": orders,
            "get_lines": get_complaint_lines,
            "typed": typed,
            "errors": errors,
            "limits": {field.name: field.max_length for field in TEXT_FIELDS},
            "file_types": ",".join(FILE_TYPES),
        }
        return request.render(
            "crm_extended.portal_new_complaint", values, status=422 if errors else 200
        )

    def _get_own_orders(self, order_id):
        """The customer's last orders, and the one he came from even where it is an older one."""
        partner = request.env.user.partner_id.commercial_partner_id
        domain = [("partner_id", "child_of", partner.id), ("state", "=", "sale")]
        Order = request.env["sale.order"]
        orders = Order.search(domain, order="date_order desc, id desc", limit=MAX_ORDERS)
        if is_number(order_id) and int(order_id) not in orders.ids:
            orders |= Order.search([*domain, ("id", "=", int(order_id))])
        # sudo: portal users may not read the products of their own orders
        return orders.sudo()


def get_kinds():
    """The kinds of complaints by their names in the language of the visitor."""
    field = request.env["crm.complaint"]._fields["kind"]
    return dict(field._description_selection(request.env))


def get_complaint_lines(orders):
    """The lines of orders that somebody could complain about: products, neither notes nor fees."""
    return orders.order_line.filtered(
        lambda line: line.product_id and not line.display_type and not line.is_downpayment
    )
