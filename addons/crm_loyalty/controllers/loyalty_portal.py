from odoo import http
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.crm_extended.controllers.form_input import is_number
from odoo.addons.loyalty.controllers.portal import CustomerPortalLoyalty
from odoo.addons.portal.controllers.portal import pager

PAGE_SIZE = 20
LAST_MOVEMENTS = 5


class LoyaltyPortal(CustomerPortalLoyalty):
    """The pages on which customers see their cards and vouchers. Nothing is changed on them."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "loyalty_count" in counters:
            Card = self._get_cards_sudo()
            partner = request.env.user.partner_id
            values["loyalty_count"] = Card.search_count(
                Card._get_portal_card_domain(partner) | Card._get_portal_voucher_domain(partner)
            )
        return values

    @http.route(
        ["/my/loyalty", "/my/loyalty/page/<page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def portal_my_loyalty(self, page="1", sortby=None, saved=None, **_params):
        Card = self._get_cards_sudo()
        partner = request.env.user.partner_id
        cards = Card.search(Card._get_portal_card_domain(partner), order="id")
        sortings = self._get_voucher_sortings()
        sortby = sortby if sortby in sortings else "expiry"
        domain = Card._get_portal_voucher_domain(partner)
        pages = pager(
            url="/my/loyalty",
            url_args={"sortby": sortby},
            total=Card.search_count(domain),
            page=int(page) if is_number(page) else 1,
            step=PAGE_SIZE,
        )
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "loyalty",
            "cards": cards,
            "expirations": cards._get_portal_expirations(),
            "vouchers": Card.search(
                domain, order=sortings[sortby]["order"], limit=PAGE_SIZE, offset=pages["offset"]
            ),
            "pager": pages,
            "searchbar_sortings": sortings if pages["page_count"] > 1 else None,
            "sortby": sortby,
            # sudo: the customer's own contact
            "own_data": partner.sudo(),
            "is_saved": saved == "1",
        }
        return request.render("crm_loyalty.portal_my_loyalty", values)

    @http.route("/my/loyalty/<card_id>", type="http", auth="user", website=True, methods=["GET"])
    def portal_my_loyalty_card(self, card_id, **_params):
        card = self._find_own_card(card_id)
        if not card:
            return request.redirect("/my/loyalty")
        movements = card.history_ids.search(
            [("card_id", "=", card.id)], order="create_date desc, id desc", limit=LAST_MOVEMENTS
        )
        movements._read_portal_orders()
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "loyalty",
            "card": card,
            "limit": card._get_portal_limit(request.env.user.partner_id),
            "expirations": card._get_portal_expirations()[card.id],
            "waiting_lots": card._get_portal_waiting_lots(),
            "debts": card._get_portal_debts(),
            "rewards": card._get_portal_rewards(),
            "movements": movements,
        }
        return request.render("crm_loyalty.portal_my_loyalty_card", values)

    # Core's page of a card's history, and the dialog that leads there

    @http.route(
        [
            "/my/loyalty_card/<card_id>/history",
            "/my/loyalty_card/<card_id>/history/page/<page>",
        ]
    )
    def portal_my_loyalty_card_history(self, card_id, page="1", sortby="date", **params):
        """Core's pager leads to "<int:card_id>", and core stumbles over an unknown order."""
        card = self._find_own_card(card_id)
        if not card:
            return request.redirect("/my/loyalty")
        sortby = sortby if sortby in self._get_loyalty_searchbar_sortings() else "date"
        page = int(page) if is_number(page) else 1
        if card.partner_id != request.env.user.partner_id:
            response = self._render_shared_history(card, page, sortby)
        else:
            response = super().portal_my_loyalty_card_history(card.id, page, sortby, **params)
        values = response.qcontext
        values["history_lines"]._read_portal_orders()
        values["card"] = card
        values["waiting_lots"] = card._get_portal_waiting_lots()
        values["pager"] = pager(
            url=f"/my/loyalty_card/{card.id}/history",
            url_args={"sortby": sortby},
            total=values["pager"]["page_count"] * self._items_per_page,
            page=page,
            step=self._items_per_page,
        )
        return response

    def _render_shared_history(self, card, page, sortby):
        """Core shows the cards of the contact alone; this one is the company's."""
        sortings = self._get_loyalty_searchbar_sortings()
        domain = Domain("card_id", "=", card.id)
        pages = pager("", card.history_ids.search_count(domain), page, self._items_per_page)
        values = {
            "pager": pages,
            "searchbar_sortings": sortings,
            "page_name": "loyalty_history",
            "sortby": sortby,
            "history_lines": card.history_ids.search(
                domain,
                order=sortings[sortby]["order"],
                limit=self._items_per_page,
                offset=pages["offset"],
            ),
        }
        return request.render("loyalty.loyalty_card_history_template", values)

    def _get_loyalty_searchbar_sortings(self):
        """Lines of one moment keep their order, or pages would repeat some and leave out others."""
        return {
            name: {**sorting, "order": f"{sorting['order']}, id desc"}
            for name, sorting in super()._get_loyalty_searchbar_sortings().items()
        }

    @http.route()
    def portal_get_card_history_values(self, card_id):
        """Say nothing of a card that is not the customer's; the dialog leads to the card's page."""
        card = self._find_own_card(str(card_id))
        if card.partner_id != request.env.user.partner_id:
            return {}
        values = super().portal_get_card_history_values(card.id)
        values["card"]["url"] = f"/my/loyalty/{card.id}"
        return values

    # Private

    def _get_cards_sudo(self):
        # sudo: customers read no loyalty records, they are shown what is found by their contact
        return request.env["loyalty.card"].sudo()

    def _find_own_card(self, text):
        """Return the card with this id, as superuser; none when it is not the customer's."""
        Card = self._get_cards_sudo()
        if not is_number(text):
            return Card
        domain = Card._get_portal_card_domain(request.env.user.partner_id)
        return Card.search(domain & Domain("id", "=", int(text)))

    def _get_voucher_sortings(self):
        return {
            "expiry": {"label": request.env._("Use By"), "order": "expiration_date, id"},
            "newest": {"label": request.env._("Newest"), "order": "id desc"},
        }
