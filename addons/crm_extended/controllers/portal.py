from werkzeug.urls import url_encode

from odoo import fields, http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import consteq

from odoo.addons.portal.controllers.portal import CustomerPortal, pager
from odoo.addons.portal.utils import get_portal_partner, validate_thread_with_hash_pid

from .form_input import clean_text, is_number

PAGE_SIZE = 20
MAX_SEARCH = 100
MAX_REASON = 5000


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
        search = clean_text(search, MAX_SEARCH)
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
            page=int(page) if is_number(page) else 1,
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
            "searchbar_inputs": {"all": {"input": "all", "label": self.env._("Search in All")}},
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
    def portal_my_complaint(self, complaint_id, **params):
        return self._answer_complaint(complaint_id, params)

    @http.route(
        "/my/complaints/<int:complaint_id>/confirm",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def portal_complaint_confirm(self, complaint_id, **params):
        return self._answer_complaint(complaint_id, params, self._confirm_complaint)

    @http.route(
        "/my/complaints/<int:complaint_id>/contest",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def portal_complaint_contest(self, complaint_id, **params):
        return self._answer_complaint(complaint_id, params, self._contest_complaint)

    @http.route(
        "/my/complaints/<int:complaint_id>/rate",
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def portal_complaint_rate(self, complaint_id, **params):
        return self._answer_complaint(complaint_id, params, self._rate_complaint)

    def _answer_complaint(self, complaint_id, params, act=None):
        """Show a complaint to who may see it, after doing what he asked for.

        :param act: called with (visit, params); returns the address to go on with
        """
        visit = ComplaintVisit(self, complaint_id, params)
        if not visit.complaint:
            return self._refuse_complaint(complaint_id, params)
        if target_url := visit.get_merge_target_url():
            return request.redirect(target_url)
        if not visit.complaint.active:
            return self._refuse_complaint(complaint_id, params)
        error = None
        if act:
            try:
                # A refusal leaves nothing behind of what was begun.
                with request.env.cr.savepoint():
                    return request.redirect(act(visit, params))
            except UserError as refusal:
                error = str(refusal)
        return self._render_complaint(visit, params, error)

    def _render_complaint(self, visit, params, error=None):
        complaint = visit.complaint
        values = {
            **self._prepare_portal_layout_values(),
            **visit.access_params,  # the address and the chatter carry the same ones
            "page_name": "complaint",
            "complaint": complaint,
            "visit": visit,
            "rating": complaint._get_portal_rating(),
            "rates": request.env["crm.complaint"]._get_portal_rates(),
            "now": fields.Datetime.now(),
            "error": error,
            "notice": request.env["crm.complaint"]._get_portal_notice(params.get("done")),
            "reason": clean_text(params.get("reason"), MAX_REASON),
        }
        values = self._get_page_view_values(
            complaint, visit.token, values, "my_complaints_history", False
        )
        return request.render(
            "crm_extended.portal_my_complaint", values, status=422 if error else 200
        )

    def _confirm_complaint(self, visit, params):
        visit.check_is_customer()
        visit.complaint._customer_confirms(visit.author)
        return visit.get_url(done="confirmed")

    def _contest_complaint(self, visit, params):
        visit.check_is_customer()
        reason = clean_text(params.get("reason"), MAX_REASON)
        visit.complaint._customer_contests(reason, visit.author)
        return visit.get_url(done="contested")

    def _rate_complaint(self, visit, params):
        visit.check_is_customer()
        return visit.complaint._get_rating_url(params.get("rate"))

    def _get_complaints_domain(self):
        """The complaints a portal user follows; colleagues who look at the portal see their own."""
        partner = request.env.user.partner_id.commercial_partner_id
        return Domain("commercial_partner_id", "=", partner.id)

    def _get_complaint_sortings(self):
        newest = "received_date desc, id desc"
        return {
            "date": {"label": self.env._("Newest"), "order": newest},
            "name": {"label": self.env._("Subject"), "order": "name, id"},
            "stage": {
                "label": self.env._("Stage"),
                "order": "stage_id, received_date desc, id desc",
            },
        }

    def _get_complaint_filters(self):
        kinds = request.env["crm.complaint"]._fields["kind"]._description_selection(request.env)
        return {
            "all": {"label": self.env._("All"), "domain": Domain.TRUE},
            "open": {"label": self.env._("Open"), "domain": Domain("is_closed", "=", False)},
            "closed": {"label": self.env._("Closed"), "domain": Domain("is_closed", "=", True)},
            **{kind: {"label": name, "domain": Domain("kind", "=", kind)} for kind, name in kinds},
        }

    def _get_complaint_search_domain(self, search):
        if not search:
            return Domain.TRUE
        return Domain.OR(
            Domain(field, "ilike", search) for field in ("number", "name", "description")
        )

    def _refuse_complaint(self, complaint_id, params):
        """Answer the same whether the complaint does not exist or belongs to somebody else."""
        if request.env.user._is_public() and not params.get("access_token"):
            return request.redirect(f"/web/login?redirect=/my/complaints/{complaint_id}")
        return request.render("crm_extended.portal_complaint_refused", status=404)


class ComplaintVisit:
    """Who looks at which complaint, and by what right.

    `complaint` is the superuser's, and empty for a stranger. `token` is the link that opened it,
    None where the visitor may see it without one. `author` is the contact in whose name he speaks:
    none for somebody who has only the link of a complaint without a customer.
    """

    def __init__(self, controller, complaint_id, params):
        self.env = request.env
        self.user = self.env.user
        self.complaint = request.env["crm.complaint"]
        self.token = None
        self.author = request.env["res.partner"]
        self.access_params = {}
        access_token = params.get("access_token")
        if not isinstance(access_token, str) or not access_token.isascii():
            access_token = None  # nothing that can be compared
        try:
            self.complaint = controller._document_check_access(
                "crm.complaint", complaint_id, access_token=access_token
            )
        except (AccessError, MissingError):
            return
        own_token = self.complaint.access_token
        if access_token and own_token and consteq(own_token, access_token):
            self.token = access_token
            self.access_params["access_token"] = access_token
        self._find_author(params.get("pid"), params.get("hash"))

    def _find_author(self, pid, signature):
        is_signed = (
            isinstance(signature, str)
            and is_number(pid)
            and signature.isascii()
            and validate_thread_with_hash_pid(self.complaint, signature, pid)
        )
        if is_signed:
            self.access_params.update(pid=pid, hash=signature)
        if not self.user._is_public():
            self.author = self.user.partner_id
        else:
            pid, signature = (pid, signature) if is_signed else (None, None)
            self.author = get_portal_partner(self.complaint, signature, pid, self.token)

    @property
    def is_customer(self):
        """Colleagues look at the page, and customers decide on it."""
        return not self.user._is_internal()

    def check_is_customer(self):
        if not self.is_customer:
            raise UserError(self.env._("Only the customer can say this. You see what he sees."))

    def get_url(self, suffix="", **params):
        """The address of the page, or of something that is done on it, for this visitor."""
        query = url_encode({**self.access_params, **params})
        return f"{self.complaint.access_url}{suffix}" + (f"?{query}" if query else "")

    def get_merge_target_url(self):
        """Where the complaint went that this one was merged into, if the visitor may see that."""
        target = self.complaint._get_merge_target()
        if target == self.complaint:
            return None
        if target.with_user(self.user).has_access("read"):
            return target.access_url
        # The link alone may still be that of the public form; a signed one came by mail.
        if "hash" in self.access_params and target._is_of_same_customer(self.complaint):
            return target.get_portal_url()
        return f"/suggestions/{target.id}" if target.is_published else None
