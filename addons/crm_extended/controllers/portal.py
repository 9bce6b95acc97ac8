from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import consteq

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

PAGE_SIZE = 20


class ComplaintPortal(CustomerPortal):
    """The pages on which a customer follows his complaints."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "complaint_count" in counters:
            Complaint = request.env["crm.complaint"]
            may_read = Complaint.has_access("read")
            domain = self._get_complaints_domain()
            values["complaint_count"] = Complaint.search_count(domain) if may_read else 0
        return values

    @http.route(
        ["/my/complaints", "/my/complaints/page/<page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def portal_my_complaints(self, page="1", sortby=None, filterby=None, search=None, **_params):
        sortings = self._get_complaint_sortings()
        filters = self._get_complaint_filters()
        sortby = sortby if sortby in sortings else "date"
        filterby = filterby if filterby in filters else "all"
        search = _clean_search(search)
        Complaint = request.env["crm.complaint"]
        domain = Domain.AND(
            [
                self._get_complaints_domain(),
                filters[filterby]["domain"],
                self._get_complaint_search_domain(search),
            ]
        )
        may_read = Complaint.has_access("read")
        pages = pager(
            url="/my/complaints",
            url_args={"sortby": sortby, "filterby": filterby, "search": search},
            total=Complaint.search_count(domain) if may_read else 0,
            page=int(page) if page.isdecimal() else 1,
            step=PAGE_SIZE,
        )
        complaints = Complaint
        if may_read:
            complaints = Complaint.search(
                domain, order=sortings[sortby]["order"], limit=PAGE_SIZE, offset=pages["offset"]
            )
        request.session["my_complaints_history"] = complaints.ids
        values = {
            **self._prepare_portal_layout_values(),
            # sudo: stages and products are shown by name only, of complaints found as the user
            "complaints": complaints.sudo(),
            "page_name": "complaint",
            "pager": pages,
            "default_url": "/my/complaints",
            "searchbar_sortings": sortings,
            "sortby": sortby,
            "searchbar_filters": filters,
            "filterby": filterby,
            "searchbar_inputs": {"all": {"input": "all", "label": request.env._("Search in All")}},
            "search_in": "all",
            "search": search,
        }
        return request.render("crm_extended.portal_my_complaints", values)

    @http.route(
        "/my/complaints/<int:complaint_id>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def portal_my_complaint(self, complaint_id, access_token=None, **params):
        complaint_sudo, token = self._get_complaint(complaint_id, access_token)
        if not complaint_sudo:
            return self._refuse_complaint(complaint_id, access_token)
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "complaint",
            "complaint": complaint_sudo,
        }
        values = self._get_page_view_values(
            complaint_sudo, token, values, "my_complaints_history", False
        )
        return request.render("crm_extended.portal_my_complaint", values)

    def _get_complaints_domain(self):
        """The complaints a portal user follows; colleagues who look at the portal see their own."""
        partner = request.env.user.partner_id.commercial_partner_id
        return Domain("commercial_partner_id", "=", partner.id)

    def _get_complaint_sortings(self):
        _ = request.env._
        return {
            "date": {"label": _("Newest"), "order": "received_date desc, id desc"},
            "name": {"label": _("Subject"), "order": "name, id"},
            "stage": {"label": _("Stage"), "order": "stage_id, received_date desc, id desc"},
        }

    def _get_complaint_filters(self):
        _ = request.env._
        kinds = request.env["crm.complaint"]._fields["kind"]._description_selection(request.env)
        return {
            "all": {"label": _("All"), "domain": Domain.TRUE},
            "open": {"label": _("Open"), "domain": Domain("is_closed", "=", False)},
            "closed": {"label": _("Closed"), "domain": Domain("is_closed", "=", True)},
            **{kind: {"label": name, "domain": Domain("kind", "=", kind)} for kind, name in kinds},
        }

    def _get_complaint_search_domain(self, search):
        if not search:
            return Domain.TRUE
        return Domain.OR(
            Domain(field, "ilike", search)
            for field in ("number", "name", "description", "resolution")
        )

    def _get_complaint(self, complaint_id, access_token):
        """The complaint as superuser and the token that opened it, both empty for a stranger.

        The token is empty as well where the user may see the complaint without one.
        """
        if access_token and not access_token.isascii():
            access_token = None  # consteq refuses to compare it
        try:
            complaint_sudo = self._document_check_access(
                "crm.complaint", complaint_id, access_token=access_token
            )
        except (AccessError, MissingError):
            return request.env["crm.complaint"], None
        own_token = complaint_sudo.access_token
        is_valid = access_token and own_token and consteq(own_token, access_token)
        return complaint_sudo, access_token if is_valid else None

    def _refuse_complaint(self, complaint_id, access_token):
        """Answer the same whether the complaint does not exist or belongs to somebody else."""
        if request.env.user._is_public() and not access_token:
            return request.redirect(f"/web/login?redirect=/my/complaints/{complaint_id}")
        return request.render("crm_extended.portal_complaint_refused", status=404)


def _clean_search(search):
    """The text to search for: PostgreSQL takes no NUL, and nobody types a page into it."""
    return (search or "").replace("\x00", "").strip()[:100]
