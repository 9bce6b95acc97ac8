"""From what is bought together to what suggestions brought, in a real browser."""

import re

import pytest
from playwright.sync_api import expect
from support import Server, shell

from tools import browser

CUSTOMER = "Journey Tumen"
BENCH, CUSHION, UMBRELLA, STOVE = (
    f"Journey {name}" for name in ("Bench", "Cushion", "Sun", "Stove")
)
# Of 21 benches nine went with a cushion, seven with a sun shade and five with a stove; the
# rest of the shop bought none of them. No quotation is held out, so that all are worked with.
HISTORY = f"""
env['ir.config_parameter'].set_param('crm_analytics.affinity_holdout', '0')
env['res.partner'].create({{'name': '{CUSTOMER}', 'email': 'tumen@journey.example.com'}})
buyer = env['res.partner'].create({{'name': 'Journey Buyer'}})
bench, cushion, umbrella, stove, rope = env['product.product'].create([
    {{'name': name, 'list_price': price, 'standard_price': price / 2, 'taxes_id': False}}
    for name, price in (('{BENCH}', 200), ('{CUSHION}', 30), ('{UMBRELLA}', 80), ('{STOVE}', 120),
                        ('Journey Rope', 5))
])
baskets = [bench + product for product, count in ((cushion, 9), (umbrella, 7), (stove, 5))
           for _number in range(count)]
baskets += [rope] * 60
orders = env['sale.order'].create([
    {{'partner_id': buyer.id,
      'order_line': [(0, 0, {{'product_id': product.id}}) for product in basket]}}
    for basket in baskets
])
orders.action_confirm()
env['product.affinity.run']._compute_at_once(env.company)
env.cr.commit()
"""
RESULT = f"""
order = env['sale.order'].search([('partner_id.name', '=', '{CUSTOMER}')])
print('RESULT', order.state, sorted(
    (suggestion.product_id.name, suggestion.state, suggestion.dismiss_reason)
    for suggestion in env['sale.suggestion'].search([('order_id', '=', order.id)])
))
"""
# The first page of each kind compiles its assets, on a machine that may have more to do.
expect.set_options(timeout=60_000)  # milliseconds


@pytest.fixture(scope="module")
def site(scratch):
    """A shop with a history of its own."""
    database = scratch.database("DEMO")
    shell(database, HISTORY)
    server = Server(database)
    server.database = database
    yield server
    server.close()


def find_suggestion(page, name):
    return page.locator(".o_sale_suggestion", has_text=name)


def find_line(page, name):
    return page.locator("[name=order_line] .o_data_row", has_text=name)


def write_quotation(page, site):
    page.goto(f"{site.address}/odoo/orders/new")
    page.locator("[name=partner_id] input").first.fill(CUSTOMER)
    page.click(f".o-autocomplete--dropdown-item:has-text('{CUSTOMER}')")
    page.click(".o_field_x2many_list_row_add a:has-text('Add a product')")
    page.locator(
        ".o_selected_row [name=product_template_id] input, .o_selected_row [name=product_id] input"
    ).first.fill(BENCH)
    page.click(f".o-autocomplete--dropdown-item:has-text('{BENCH}')")


def test_from_the_baskets_to_the_results(site, open_page):
    staff, customer = open_page(), open_page()
    browser.log_in(staff, site.address)
    write_quotation(staff, site)

    cushion = find_suggestion(staff, CUSHION)
    expect(cushion.locator(".o_sale_suggestion_reason")).to_have_text(
        re.compile(rf"^9 of 21 orders with {BENCH} also had it; lift \d+\.\d$")
    )
    expect(cushion.locator(".o_sale_suggestion_price")).to_contain_text("30.00")
    cushion.locator(".o_sale_suggestion_add").click()
    expect(find_line(staff, CUSHION)).to_contain_text("30.00")
    expect(cushion).to_have_count(0)

    umbrella = find_suggestion(staff, UMBRELLA)
    umbrella.locator(".o_sale_suggestion_dismiss").click()
    staff.click(".o_sale_suggestion_reason_too_expensive")
    expect(umbrella).to_have_count(0)

    find_suggestion(staff, STOVE).locator(".o_sale_suggestion_option").click()
    expect(find_line(staff, STOVE)).to_contain_text("0.00")
    expect(staff.locator("[name=tax_totals]")).to_contain_text("230.00")
    with staff.expect_response("**/web_save"):
        staff.click(".o_form_button_save")
    expect(staff).to_have_url(re.compile(r"/odoo/orders/\d+$"))
    quotation = staff.url

    staff.click("button[name=action_preview_sale_order]")
    expect(staff.locator("#sales_order_table")).to_contain_text(STOVE)
    customer.goto(staff.url)
    customer.locator("tr", has_text=STOVE).locator("a[title='Add one']").click()
    expect(customer.locator("[name=sale_order_totals_table]")).to_contain_text("350.00")

    staff.goto(quotation)
    staff.click("button[name=action_confirm]:visible")
    expect(staff.locator(".o_arrow_button_current")).to_have_text("Sales Order")
    printed = shell(site.database, RESULT)
    assert (
        f"RESULT sale [('{CUSHION}', 'ordered', False), ('{STOVE}', 'ordered', False), "
        f"('{UMBRELLA}', 'dismissed', 'too_expensive')]"
    ) in printed

    staff.goto(f"{site.address}/odoo/suggestion-results?period=this_month")
    table = staff.locator(".o_suggestion_proof_table")
    expect(table.locator("[data-key=revenue] .badge")).to_be_visible()
    table.locator("[data-group=shown]").click()
    row = staff.locator(".o_data_row", has_text=CUSTOMER)
    expect(row.locator("[name=suggestion_count]")).to_have_text("3")
    expect(row.locator("[name=ordered_count]")).to_have_text("2")
    expect(row.locator("[name=revenue]")).to_contain_text("150.00")
    expect(row.locator("[name=margin]")).to_contain_text("75.00")
    expect(row.locator("[name=order_revenue]")).to_contain_text("350.00")
