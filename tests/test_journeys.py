"""A day at work in a real browser, on the database that `make run` shows."""

import pytest
from playwright.sync_api import expect
from support import Server, shell

from tools import browser

QUOTATION_WITH_SUGGESTIONS = """
affinity = env['product.affinity'].search([], order='score desc', limit=1)
partner = env['res.partner'].create({
    'name': 'Journey Customer', 'is_company': True, 'email': 'customer@journey.example',
})
env['sale.order'].create({
    'partner_id': partner.id,
    'suggestion_seed': 5000,  # not held out
    'order_line': [(0, 0, {'product_id': affinity.product_id.id})],
})
env['crm.complaint'].create({'name': 'Parcel came late', 'partner_id': partner.id})
env['sale.order'].create({
    'name': 'CALL-0042',
    'partner_id': env['res.partner'].create({'name': 'Journey Caller'}).id,
    'order_line': [
        (0, 0, {'product_id': env['product.product'].create({'name': name}).id})
        for name in ('Journey Table', 'Journey Chair')
    ],
}).action_confirm()
env.cr.commit()
print('RESULT', partner.id)
"""


@pytest.fixture(scope="module")
def site(scratch):
    """Odoo on a copy of the demo database, and the id of a customer with a quotation."""
    database = scratch.database("DEMO")
    partner = shell(database, QUOTATION_WITH_SUGGESTIONS).split("RESULT")[1]
    server = Server(database)
    server.partner = int(partner)
    yield server
    server.close()


@pytest.fixture
def page(site, open_page):
    """A page logged in as admin."""
    page = open_page()
    browser.log_in(page, site.address)
    return page


def open_app(page, name):
    page.click(".o_navbar_apps_menu button")
    page.click(f".o-dropdown--menu .o_app:text-is('{name}')")


def test_a_complaint_is_taken_down_by_keyboard(site, page):
    page.goto(f"{site.address}/odoo/complaints/new")
    customer = page.locator(".o_field_widget[name=partner_id] input")
    customer.press_sequentially("CALL-0042")
    expect(page.locator(".o-autocomplete--dropdown-item").first).to_have_text("Journey Caller")
    customer.press("Enter")
    purchases = page.locator(".o_complaint_order_line")
    expect(purchases).to_have_count(2)
    search = page.get_by_placeholder("Order or product...")
    search.press_sequentially("chair")
    expect(purchases).to_have_count(1)
    search.press("Enter")
    expect(page.locator("[name=product_id] input")).to_have_value("Journey Chair")
    expect(page.locator("[name=order_id] input")).to_have_value("CALL-0042")
    page.locator("[name=name] textarea").fill("The chair wobbles")
    page.keyboard.press("Alt+s")
    expect(page.locator("[name=number]")).to_contain_text("CMP")
    expect(page.get_by_text("Choose another purchase")).to_be_visible()


def test_a_complaint_is_opened_and_answered(page):
    open_app(page, "Complaints")
    page.click(".o_kanban_record:has-text('Parcel came late')")
    expect(page.locator(".o_form_view .o_field_widget[name=name]")).to_be_visible()
    page.click(".o-mail-Chatter-sendMessage")
    page.locator(".o-mail-Composer-input").fill("We are looking into it.")
    page.click(".o-mail-Composer-send:not([disabled])")
    expect(page.locator(".o-mail-Message", has_text="We are looking into it.")).to_be_visible()


def test_a_suggestion_is_added_to_the_quotation_of_a_customer(page, site):
    page.goto(f"{site.address}/odoo/contacts/{site.partner}")
    page.click(".oe_stat_button:has-text('Sales')")
    page.click(".o_list_view .o_data_row td[name=name]")
    lines = page.locator(".o_field_widget[name=order_line] .o_data_row")
    expect(lines).to_have_count(1)
    suggestion = page.locator(".o_sale_suggestion").first
    name = suggestion.locator(".o_sale_suggestion_name").inner_text()
    assert suggestion.locator(".o_sale_suggestion_reason").inner_text()
    suggestion.locator(".o_sale_suggestion_add").click()
    expect(lines).to_have_count(2)
    expect(lines.nth(1)).to_contain_text(name)
    page.click(".o_form_button_save")
    expect(page.locator(".o_form_status_indicator_buttons.invisible")).to_have_count(1)
    expect(page.locator(".o_sale_suggestion", has_text=name)).to_have_count(0)


def test_the_dashboard_opens_and_a_figure_leads_to_its_records(page):
    open_app(page, "Analytics")
    dashboard = page.locator(".o_crm_dashboard[data-ready='1']")
    page.locator(".o_crm_period button.dropdown-toggle").click()
    page.locator(".o-dropdown-item[data-period=last_12_months]").click()
    expect(dashboard.locator(".o_crm_period")).to_contain_text("Last 12 months")
    expect(dashboard.locator("canvas").first).to_be_visible()
    dashboard.locator("[data-id=tile-orders] .o_crm_dashboard_tile").click()
    expect(page.locator(".o_list_view .o_data_row").first).to_be_visible()
