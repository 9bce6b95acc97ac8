"""From a new contract to an alert that somebody sees to, and what the customer finds of it."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect
from support import Server, shell

from tools import browser

SUBJECT = "Supply of birthday cakes"
TERM = "List of prices"
CUSTOMER = """
user = env['res.users'].with_context(no_reset_password=True).create({
    'name': 'Journey Bakery', 'login': 'journey-bakery', 'password': 'journey-bakery',
    'group_ids': [(6, 0, env.ref('base.group_portal').ids)],
})
user.partner_id.city = 'Darkhan'
env['crm.contract.type'].create({
    'name': 'Journey Supply', 'notice_days': 30, 'renewal': 'manual',
    'template_id': env.ref('crm_extended.crm_contract_template_supply').id,
})
env['crm.contract.template'].search([]).approval_required = False
env.cr.commit()
"""
NIGHT = "env['crm.contract.term']._cron_raise_alerts(); env.cr.commit()"


@pytest.fixture(scope="module")
def site(scratch):
    """Odoo on a copy of the demo database, with a customer who has an account."""
    database = scratch.database("DEMO")
    shell(database, CUSTOMER)
    server = Server(database)
    server.database = database
    yield server
    server.close()


def choose(page, field, text):
    page.locator(f".o_field_widget[name={field}] input").fill(text)
    page.click(f".o-autocomplete--dropdown-item:has-text('{text}')")


def in_days(days):
    return (date.today() + timedelta(days=days)).strftime("%m/%d/%Y")


def test_from_a_new_contract_to_an_acknowledged_alert(site, open_page):
    staff, customer = open_page(), open_page()

    browser.log_in(staff, site.address)
    staff.goto(f"{site.address}/odoo/contracts/new")
    staff.locator(".o_field_widget[name=name] input").fill(SUBJECT)
    choose(staff, "type_id", "Journey Supply")
    choose(staff, "partner_id", "Journey Bakery")
    staff.locator(".o_field_widget[name=amount_total] input").fill("1500")
    end = staff.locator("input[data-field=date_end]")
    end.fill(in_days(300))
    end.press("Escape")
    expect(staff.locator(".o_field_widget[name=notice_days] input")).to_have_value("30")

    staff.click(".o_field_widget[name=term_ids] .o_field_x2many_list_row_add a")
    row = staff.locator(".o_field_widget[name=term_ids] .o_selected_row")
    row.locator("[name=name] input").fill(TERM)
    due = row.locator("[name=due_date] input, [name=due_date] button").first
    due.click()
    due = row.locator("[name=due_date] input")
    due.fill(in_days(5))
    due.press("Escape")

    staff.click(".o_form_button_save")
    staff.click(".nav-link:has-text('Text')")
    staff.click("button:has-text('Make Text')")
    expect(staff.locator(".o_field_widget[name=text]")).to_contain_text("Darkhan")
    staff.click("button[name=action_start]")
    expect(staff.locator(".o_arrow_button_current")).to_have_text("Running")

    shell(site.database, NIGHT)
    staff.goto(f"{site.address}/odoo/my-contract-alerts")
    alert = staff.locator(".o_data_row", has_text=TERM)
    expect(alert).to_have_count(1)
    alert.locator("button[name=action_acknowledge]").click()
    expect(alert).to_have_count(0)
    shell(site.database, NIGHT)
    staff.reload()
    expect(staff.locator(".o_list_view")).to_be_visible()
    expect(alert).to_have_count(0)

    customer.goto(f"{site.address}/web/login?redirect=/my/contracts")
    customer.fill("input[name=login]", "journey-bakery")
    customer.fill("input[name=password]", "journey-bakery")
    customer.click("button[type=submit]")
    customer.click(f"a:has-text('{SUBJECT}')")
    expect(customer.locator("h1")).to_have_text(SUBJECT)
    expect(customer.locator(".o_contract_text")).to_contain_text("Darkhan")
    # nobody marked the term as visible
    expect(customer.get_by_text(TERM)).to_have_count(0)
