from werkzeug.urls import url_encode

from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import consteq

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

from .form_input import is_number

PAGE_SIZE = 20
MAX_ID = 2**31 - 1  # what the database takes as an id


class ContractPortal(CustomerPortal):
    """The pages on which the other party reads its contracts. Nothing is changed on them."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "contract_count" in counters:
            values["contract_count"] = self._count_contracts(self._get_contracts_domain())
        return values

    @http.route(
        ["/my/contracts", "/my/contracts/page/<page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def portal_my_contracts(self, page="1", sortby=None, filterby=None, **_params):
        sortings = self._get_contract_sortings()
        filters = self._get_contract_filters()
        sortby = sortby if sortby in sortings else "end"
        filterby = filterby if filterby in filters else "all"
        domain = self._get_contracts_domain() & filters[filterby]["domain"]
        total = self._count_contracts(domain)
        pages = pager(
            url="/my/contracts",
            url_args={"sortby": sortby, "filterby": filterby},
            total=total,
            page=int(page) if is_number(page) else 1,
            step=PAGE_SIZE,
        )
        contracts = request.env["crm.contract"]
        if total:
            contracts = contracts.search(
                domain, order=sortings[sortby]["order"], limit=PAGE_SIZE, offset=pages["offset"]
            )
        request.session["my_contracts_history"] = contracts.ids
        values = {
            **self._prepare_portal_layout_values(),
            "contracts": contracts,
            "page_name": "contract",
            "pager": pages,
            "default_url": "/my/contracts",
            "searchbar_sortings": sortings,
            "sortby": sortby,
            "searchbar_filters": filters,
            "filterby": filterby,
        }
        return request.render("crm_extended.portal_my_contracts", values)

    @http.route(
        "/my/contracts/<int:contract_id>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def portal_my_contract(self, contract_id, **params):
        contract, token = self._find_contract(contract_id, params)
        if not contract:
            return self._refuse_contract(contract_id, params)
        query = f"?{url_encode({'access_token': token})}" if token else ""
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "contract",
            "contract": contract,
            "terms": contract._get_portal_terms(),
            "text": contract._get_portal_text(),
            "get_url": lambda suffix: f"{contract.access_url}{suffix}{query}",
        }
        values = self._get_page_view_values(contract, token, values, "my_contracts_history", False)
        return request.render("crm_extended.portal_my_contract", values)

    @http.route(
        "/my/contracts/<int:contract_id>/text",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def portal_contract_text(self, contract_id, **params):
        contract, _token = self._find_contract(contract_id, params)
        bearer = contract and contract._get_portal_text()
        if not bearer:
            return self._refuse_contract(contract_id, params)
        report = "crm_contract_report_text" if bearer == contract else "crm_contract_version_report"
        # A server that cannot print shows the same as a page, which the browser can print.
        can_print = request.env["ir.actions.report"].get_wkhtmltopdf_state() == "ok"
        return self._show_report(
            bearer, "pdf" if can_print else "html", f"crm_extended.{report}", download=True
        )

    @http.route(
        "/my/contracts/<int:contract_id>/signed",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def portal_contract_signed_file(self, contract_id, **params):
        contract, _token = self._find_contract(contract_id, params)
        is_offered = contract and contract.is_signed_file_visible_portal and contract.signed_file
        if not is_offered:
            return self._refuse_contract(contract_id, params)
        return self._send_contract_file(contract, "signed_file")

    @http.route(
        "/my/contracts/<int:contract_id>/terms/<int:term_id>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
    )
    def portal_contract_term_document(self, contract_id, term_id, **params):
        contract, _token = self._find_contract(contract_id, params)
        term = contract and contract._get_portal_terms().filtered(
            lambda term: term.id == term_id and term.document_file
        )
        if not term:
            return self._refuse_contract(contract_id, params)
        return self._send_contract_file(term, "document_file")

    def _send_contract_file(self, record, field_name):
        """Send a file that the page offers; never to be shown, as nobody knows what it holds."""
        stream = request.env["ir.binary"]._get_stream_from(
            record, field_name, filename=record[f"{field_name}_name"]
        )
        return stream.get_response(as_attachment=True)

    def _find_contract(self, contract_id, params):
        """Return the contract, the superuser's, and the token that opened it.

        The contract is empty for who may not see it, and as long as it is a draft. The token is
        None where the visitor may see it without one.
        """
        Contract = request.env["crm.contract"]
        token = params.get("access_token")
        token = token if isinstance(token, str) and token.isascii() else None
        if contract_id > MAX_ID:
            return Contract, None
        try:
            contract = self._document_check_access("crm.contract", contract_id, access_token=token)
        except (AccessError, MissingError):
            return Contract, None
        if not contract._is_shown_in_portal():
            return Contract, None
        own_token = contract.access_token
        return contract, token if token and own_token and consteq(own_token, token) else None

    def _refuse_contract(self, contract_id, params):
        """Answer the same whether the contract does not exist or belongs to somebody else."""
        if request.env.user._is_public() and not params.get("access_token"):
            return request.redirect(f"/web/login?redirect=/my/contracts/{contract_id}")
        return request.render("crm_extended.portal_contract_refused", status=404)

    def _count_contracts(self, domain):
        Contract = request.env["crm.contract"]
        return Contract.search_count(domain) if Contract.has_access("read") else 0

    def _get_contracts_domain(self):
        """What is listed; colleagues who look at the portal see their own company's."""
        partner = request.env.user.partner_id.commercial_partner_id
        own = Domain("commercial_partner_id", "=", partner.id)
        return own & request.env["crm.contract"]._get_portal_state_domain()

    def _get_contract_sortings(self):
        return {
            "end": {
                "label": request.env._("End Date"),
                "order": "ended_date desc, date_end, id desc",
            },
            "start": {"label": request.env._("Newest"), "order": "date_start desc, id desc"},
            "name": {"label": request.env._("Subject"), "order": "name, id"},
        }

    def _get_contract_filters(self):
        return {
            "all": {"label": request.env._("All"), "domain": Domain.TRUE},
            "running": {
                "label": request.env._("In Force"),
                "domain": Domain("ended_date", "=", False),
            },
            "ended": {"label": request.env._("Ended"), "domain": Domain("ended_date", "!=", False)},
        }
