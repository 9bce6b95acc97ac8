"""A card from the drawer of the desk to points that are paid for, spent and seen at home."""

import re

import pytest
from playwright.sync_api import expect
from support import Server, shell

from tools import browser

PRINTED = "0439000000015"  # a card of the printed batch in the demo data
CUSTOMER = "Journey Nadia"
EMAIL = "nadia@journey.example.com"
SHOP = """
env.ref('crm_loyalty.program_regular_customers').points_release = 'payment'
env['product.product'].create({
    'name': 'Journey Lamp', 'list_price': 350, 'taxes_id': False, 'invoice_policy': 'order',
})
env.cr.commit()
"""
ACCOUNT = f"""
partner = env['res.partner'].search([('email', '=', '{EMAIL}')])
env['res.users'].with_context(no_reset_password=True).create({{
    'partner_id': partner.id, 'login': '{EMAIL}', 'password': '{EMAIL}',
    'group_ids': [(6, 0, env.ref('base.group_portal').ids)],
}})
env.cr.commit()
"""
# The first page of each kind compiles its assets, on a machine that may have more to do.
expect.set_options(timeout=60_000)  # milliseconds


@pytest.fixture(scope="module")
def site(scratch):
    """A shop whose points count when an order is paid."""
    database = scratch.database("DEMO")
    shell(database, SHOP)
    server = Server(database)
    server.database = database
    yield server
    server.close()


def scan(page, number):
    """Do what a scanner does: type, and press Enter."""
    expect(page.locator("input[name=scan]")).to_be_focused()
    page.keyboard.type(number)
    page.keyboard.press("Enter")


def open_desk(page, site):
    page.goto(f"{site.address}/odoo/loyalty-desk")
    scan(page, PRINTED)


def hand_out(page):
    page.click("text=Hand Out This Card")
    dialog = page.locator(".modal-content")
    expect(dialog.locator("[name=number] input")).to_have_value(PRINTED)
    dialog.locator("[name=name] input").fill(CUSTOMER)
    dialog.locator("[name=name] input").press("Tab")
    dialog.locator("[name=email] input").fill(EMAIL)
    dialog.locator("button[name=action_hand_out]").click()


def sell(page):
    page.click("button[name=sell]")
    expect(page.locator("[name=partner_id] input").first).to_have_value(CUSTOMER)
    page.click(".o_field_x2many_list_row_add a:has-text('Add a product')")
    page.locator(".o_selected_row [name=product_template_id] input").fill("Journey Lamp")
    page.click(".o-autocomplete--dropdown-item:has-text('Journey Lamp')")
    expect(page.locator("[name=tax_totals]")).to_contain_text("350.00")
    page.click("button[name=action_confirm]")
    expect(page.locator(".o_arrow_button_current")).to_have_text("Sales Order")


def invoice_and_pay(page):
    page.locator("button#create_invoice:visible, button#create_invoice_percentage:visible").click()
    page.click(".modal-content button[name=create_invoices]")
    page.click("button[name=action_post]:visible")
    page.click("button[name=action_register_payment]:visible")
    page.click(".modal-content button[name=action_create_payments]")
    expect(page.locator(".modal-content")).to_have_count(0)


def test_from_the_desk_to_the_portal(site, open_page):
    staff, customer = open_page(), open_page()

    browser.log_in(staff, site.address)
    open_desk(staff, site)
    hand_out(staff)
    card = staff.locator(".o_loyalty_desk_card")
    expect(card).to_contain_text(CUSTOMER)
    expect(card.locator(".o_loyalty_desk_balance")).to_have_text("0 Points")

    sell(staff)
    order = staff.url
    open_desk(staff, site)
    expect(card.locator(".o_loyalty_desk_pending")).to_have_text("350 Points")
    expect(card.locator(".o_loyalty_desk_balance")).to_have_text("0 Points")

    staff.goto(order)
    invoice_and_pay(staff)
    open_desk(staff, site)
    expect(card.locator(".o_loyalty_desk_balance")).to_have_text("350 Points")
    expect(card.locator(".o_loyalty_desk_pending")).to_have_count(0)

    staff.locator(".o_loyalty_desk_rewards").get_by_text("Redeem for a Voucher").first.click()
    voucher = staff.locator(".o_loyalty_desk_voucher .user-select-all")
    expect(voucher).to_have_text(re.compile(r"^044"))
    expect(card.locator(".o_loyalty_desk_balance")).to_have_text("150 Points")

    shell(site.database, ACCOUNT)
    customer.goto(f"{site.address}/web/login")
    customer.fill("input[name=login]", EMAIL)
    customer.fill("input[name=password]", EMAIL)
    customer.click("button[type=submit]")
    customer.goto(f"{site.address}/my/loyalty")
    expect(customer.get_by_text("0439 0000 0001 5")).to_be_visible()
    expect(customer.get_by_text("150 Points").first).to_be_visible()
    expect(customer.get_by_text(voucher.inner_text())).to_be_visible()
