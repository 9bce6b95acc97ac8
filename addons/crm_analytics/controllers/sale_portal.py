from odoo.http import request

from odoo.addons.sale.controllers.portal import CustomerPortal


class SuggestionPortal(CustomerPortal):
    """Shows customers on their quotation what goes well with it."""

    def _get_page_view_values(self, document, access_token, values, *args, **kwargs):
        values = super()._get_page_view_values(document, access_token, values, *args, **kwargs)
        if document._name == "sale.order":
            # What only draws the preview of a link has not been seen by anybody.
            is_preview = request.httprequest.headers.get("Odoo-Link-Preview") == "True"
            # sudo: core has made sure that the visitor may see this order; customers read neither
            # products nor what is bought together, and are shown names, prices and pictures.
            values["suggestions"] = document.sudo()._propose_on_portal(is_seen=not is_preview)
        return values
