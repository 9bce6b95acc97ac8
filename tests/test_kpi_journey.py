"""A manager defines a KPI and puts it on a dashboard; a salesperson opens it, drills, exports."""

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect
from support import Server, shell

from tools import browser

READY = ".o_crm_dashboard[data-ready='1']"
# The first page compiles its assets, on a machine that may have more to do.
expect.set_options(timeout=60_000)  # milliseconds
PREPARE = """
from odoo import Command, fields
from odoo.tests import new_test_user

sellers = [
    new_test_user(env, f"journey{n}", "sales_team.group_sale_salesman", name=f"Journey {n}")
    for n in range(2)
]
env["res.lang"]._activate_lang("ar_001")
new_test_user(env, "journey_rtl", "sales_team.group_sale_salesman", lang="ar_001")
customer = env["res.partner"].create({"name": "Journey Customer"})
product = env["product.product"].create({"name": "Machine", "taxes_id": False})
env["sale.order"].create([
    {
        "partner_id": customer.id,
        "user_id": seller.id,
        "state": "sale",
        "date_order": fields.Datetime.now(),
        "order_line": [Command.create({"product_id": product.id, "price_unit": amount})],
    }
    for seller, amount in zip(sellers * 2, (1500, 2500, 200, 100))
])
env.cr.commit()
"""


@pytest.fixture(scope="module")
def site(scratch):
    database = scratch.database("SUITE")
    shell(database, PREPARE)
    server = Server(database)
    server.database = database
    yield server
    server.close()


def log_in(page, site, login):
    page.goto(f"{site.address}/web/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", login)
    page.click("button[type=submit]")
    page.wait_for_selector(".o_main_navbar")


def open_dashboard(page, site, code="sales_today"):
    page.goto(f"{site.address}/odoo/sales-dashboard?dashboard={code}")
    expect(page.locator(READY)).to_be_visible()


def choose_from_menu(page, entry):
    page.locator(".o_crm_dashboard_menu").click()
    page.locator(f".o-dropdown-item[data-menu={entry}]").click()


def select(page, name, label):
    """Choose a value of a selection field of a form."""
    page.locator(f".o_field_widget[name={name}] input").click()
    page.locator(".o_select_menu_item", has_text=label).first.click()


def tile(page, title):
    return page.locator(".o_crm_dashboard_tile", has_text=title)


def test_a_manager_defines_a_kpi_and_puts_it_on_a_dashboard(site, open_page):
    page = open_page()
    browser.log_in(page, site.address)
    page.goto(f"{site.address}/odoo/crm-kpis?debug=1")
    page.click(".o_list_button_add")
    page.fill(".o_field_widget[name=name] input, .o_field_widget[name=name] textarea", "Big Orders")
    page.locator(".o_field_widget[name=model_name] input").fill("Sales Order")
    page.locator(".o_select_menu_item").get_by_text("Sales Order", exact=True).click()
    domain = page.locator(".o_field_widget[name=domain] textarea")
    domain.fill('[("state", "=", "sale"), ("amount_totall", ">", 1000)]')
    page.click(".o_form_button_save")
    # What is wrong is said before anything is saved.
    expect(page.locator(".o_form_view .alert-warning", has_text="amount_totall")).to_be_visible()
    domain.fill('[("state", "=", "sale"), ("amount_total", ">", 1000)]')
    with page.expect_response("**/web_save"):
        page.click(".o_form_button_save")
    expect(page.locator(".o_stat_value", has_text="2")).to_be_visible()

    open_dashboard(page, site)
    choose_from_menu(page, "edit")
    page.click(".o_crm_dashboard_add")
    page.locator(".o_crm_dashboard_catalogue_kpi").click()
    page.locator(".o_select_menu_item").get_by_text("Big Orders", exact=True).click()
    page.locator(".modal-footer .btn-primary").click()
    page.click(".o_crm_dashboard_save")
    expect(tile(page, "Big Orders")).to_contain_text("2")
    choose_from_menu(page, "share")
    confirmation = page.locator(".modal-footer .btn-primary")
    if confirmation.count():
        confirmation.click()
    expect(page.locator(READY)).to_be_visible()


def test_a_salesperson_opens_it_drills_down_and_exports(site, open_page):
    page = open_page()
    log_in(page, site, "journey0")
    open_dashboard(page, site)
    # The own orders only: 1,500 and 200, of which one is big.
    expect(tile(page, "Big Orders").locator(".o_crm_dashboard_tile_value")).to_have_text("1")
    expect(tile(page, "Revenue")).to_contain_text("1,700")
    tile(page, "Big Orders").focus()
    page.keyboard.press("Enter")
    rows = page.locator(".o_list_view .o_data_row")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("1,500")
    page.go_back()
    expect(tile(page, "Big Orders")).to_be_visible()

    with page.expect_download() as download:
        choose_from_menu(page, "export")
    with open(download.value.path(), "rb") as file:
        book = load_workbook(file)
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert "Big Orders" in cells
    assert 1700 in cells

    # What is chosen stands in the address: a link opens the same view.
    page.goto(f"{site.address}/odoo/sales-dashboard?dashboard=my_month&period=this_year")
    expect(page.locator(READY)).to_be_visible()
    expect(tile(page, "Revenue")).to_contain_text("1,700")
    assert "period=this_year" in page.url


@pytest.mark.parametrize(("login", "is_rtl"), [("journey1", False), ("journey_rtl", True)])
def test_on_a_phone_in_both_directions(site, open_page, tmp_path, login, is_rtl):
    page = open_page()
    page.set_viewport_size({"width": 390, "height": 844})
    log_in(page, site, login)
    assert bool(page.locator(".o_rtl").count()) == is_rtl
    for code in ("sales_today", "my_month"):
        open_dashboard(page, site, code)
        expect(page.locator(".o_crm_dashboard_item").first).to_be_visible()
        width, room = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert width <= room, "nothing is cut off at the side"
        picture = page.screenshot(path=tmp_path / f"{code}.png", full_page=True)
        assert len(picture) > 10_000
