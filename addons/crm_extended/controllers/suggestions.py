from werkzeug.exceptions import NotFound
from werkzeug.urls import url_encode

from odoo import http
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

from .form_input import is_number

PAGE_SIZE = 20
SEARCH_LENGTH = 100


class SuggestionsBoard(CustomerPortal):
    """What customers suggested and what became of it: read by everybody, voted on by customers."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "suggestion_count" in counters:
            values["suggestion_count"] = self._get_board().search_count(self._get_board_domain())
        return values

    @http.route(
        ["/suggestions", "/suggestions/page/<page>"],
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def suggestions(self, page="1", sortby=None, search=None, **_params):
        return self._render_board("/suggestions", page, sortby, search)

    @http.route(
        ["/my/suggestions", "/my/suggestions/page/<page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def portal_my_suggestions(self, page="1", sortby=None, search=None, **_params):
        return self._render_board("/my/suggestions", page, sortby, search)

    @http.route(
        "/suggestions/<int:suggestion_id>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def suggestion(self, suggestion_id, **_params):
        suggestion_sudo = self._get_suggestion(suggestion_id)
        values = self._prepare_portal_layout_values()
        values.update(
            page_name="suggestion",
            suggestion=suggestion_sudo.public_name,
            suggestions=self._prepare_suggestions(suggestion_sudo),
            may_vote=self._may_vote(),
            is_visitor=request.env.user._is_public(),
        )
        return request.render("crm_extended.portal_suggestions", values)

    @http.route(
        "/my/suggestions/<int:suggestion_id>/vote",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def vote(self, suggestion_id, **params):
        suggestion_sudo = self._get_suggestion(suggestion_id)
        if self._may_vote():
            suggestion_sudo._vote(request.env.user.partner_id)
        return self._return_to_board(suggestion_id, params)

    @http.route(
        "/my/suggestions/<int:suggestion_id>/withdraw",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def withdraw(self, suggestion_id, **params):
        suggestion_sudo = self._get_suggestion(suggestion_id)
        if self._may_vote():
            suggestion_sudo._withdraw_vote(request.env.user.partner_id)
        return self._return_to_board(suggestion_id, params)

    def _render_board(self, url, page, sortby, search):
        board = self._get_board()
        sortings = self._get_suggestion_sortings()
        sortby = sortby if sortby in sortings else "votes"
        search = (search or "").replace("\x00", "").strip()[:SEARCH_LENGTH]
        domain = self._get_board_domain()
        if search:
            domain &= Domain.OR(
                Domain(field, "ilike", search)
                for field in ("public_name", "public_description", "public_answer")
            )
        url_args = {"sortby": sortby, "search": search}
        pages = pager(
            url=url,
            url_args=url_args,
            total=board.search_count(domain),
            page=int(page) if is_number(page) else 1,
            step=PAGE_SIZE,
        )
        suggestions = board.search(
            domain, order=sortings[sortby]["order"], limit=PAGE_SIZE, offset=pages["offset"]
        )
        values = self._prepare_portal_layout_values()
        values.update(
            page_name="suggestion",
            suggestions=self._prepare_suggestions(suggestions),
            may_vote=self._may_vote(),
            is_visitor=request.env.user._is_public(),
            pager=pages,
            page=pages["page"]["num"],
            default_url=url,
            searchbar_sortings=sortings,
            sortby=sortby,
            searchbar_inputs={"all": {"input": "all", "label": request.env._("Search in All")}},
            search_in="all",
            search=search,
        )
        return request.render("crm_extended.portal_suggestions", values)

    def _get_board(self):
        # sudo: nobody who looks at the board may read complaints; the domain names what is
        # published, and `_prepare_suggestions` the fields.
        return request.env["crm.complaint"].sudo()

    def _get_board_domain(self):
        return self._get_board()._get_board_domain(request.env.company)

    def _get_suggestion(self, suggestion_id):
        domain = self._get_board_domain() & Domain("id", "=", suggestion_id)
        suggestion_sudo = self._get_board().search(domain)
        if not suggestion_sudo:
            raise NotFound
        return suggestion_sudo

    def _get_suggestion_sortings(self):
        most_votes, newest = request.env._("Most Votes"), request.env._("Newest")
        return {
            "votes": {"label": most_votes, "order": "vote_count desc, id desc"},
            "newest": {"label": newest, "order": "published_date desc, id desc"},
        }

    def _may_vote(self):
        """Colleagues read the board, but it is customers who are counted."""
        return request.env.user._is_portal()

    def _prepare_suggestions(self, suggestions_sudo):
        """The public part of suggestions, and nothing else of them."""
        customer = request.env.user.partner_id.commercial_partner_id
        own, voted = suggestions_sudo.browse(), suggestions_sudo.browse()
        if self._may_vote():
            own = suggestions_sudo.filtered(
                lambda suggestion: (
                    customer in (suggestion | suggestion.merged_ids).commercial_partner_id
                )
            )
            voted = suggestions_sudo.filtered(
                lambda suggestion: customer in suggestion.vote_ids.commercial_partner_id
            )
        return [
            {
                "id": suggestion.id,
                "name": suggestion.public_name,
                "description": suggestion.public_description,
                "answer": suggestion.public_answer,
                "date": suggestion.published_date,
                "status": suggestion.stage_id.name,
                "is_closed": suggestion.is_closed,
                "votes": suggestion.vote_count,
                "is_own": suggestion in own,
                "is_voted": suggestion in voted,
            }
            for suggestion in suggestions_sudo
        ]

    def _return_to_board(self, suggestion_id, params):
        """Back to where the vote was cast. Only known parameters go into the address."""
        page = params.get("page", "")
        path = f"/my/suggestions/page/{page}" if is_number(page) else "/my/suggestions"
        query = {name: params[name] for name in ("sortby", "search") if params.get(name)}
        return request.redirect(f"{path}?{url_encode(query)}#suggestion-{suggestion_id}")
