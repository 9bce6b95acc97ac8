"""From a visitor's word on the public form to his rating, in a real browser."""

import re
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
from playwright.sync_api import expect
from support import Server, shell

from tools import browser

SUBJECT = "The cake arrived without its box"
ANSWER = "A new one is on its way, in two boxes."
# The first page of each kind compiles its assets, on a machine that may have more to do.
expect.set_options(timeout=30_000)  # milliseconds
LIMIT = 5  # messages an hour from one address, as installed


@pytest.fixture(scope="module")
def site(scratch):
    """Odoo on a copy of the demo database."""
    server = Server(scratch.database("DEMO"))
    yield server
    server.close()


def fill_in(page, address):
    page.goto(f"{address}/complaint")
    page.fill("input[name=name]", SUBJECT)
    page.fill("textarea[name=description]", "It was for a birthday.")
    page.fill("input[name=partner_name]", "Oyuna")
    page.fill("input[name=email]", "oyuna@journey.example.com")
    page.set_input_files(
        "input[name=attachments]",
        {"name": "cake.txt", "mimeType": "text/plain", "buffer": b"A drawing of the cake"},
    )
    page.click("button:has-text('Send')")


def close_complaint(page):
    page.locator(".o_statusbar_status .dropdown-toggle.o_first:visible").click()
    with page.expect_response("**/web_save"):
        page.click(".o-dropdown-item:has-text('Resolved')")
    expect(
        page.locator(".o_statusbar_status .o_arrow_button_current", has_text="Resolved")
    ).to_be_visible()


def test_from_the_public_form_to_the_rating(site, open_page):
    customer, staff = open_page(), open_page()

    fill_in(customer, site.address)
    expect(customer.locator("h1")).to_have_text("Thank you. We have received it.")
    customer.click("text=See what becomes of it")
    expect(customer.locator("h1")).to_have_text(SUBJECT)
    expect(customer.locator("#messages").get_by_text("cake.txt").first).to_be_visible()
    link = customer.url

    browser.log_in(staff, site.address)
    staff.goto(f"{site.address}/odoo/action-crm_extended.crm_complaint_action")
    staff.click(f".o_kanban_record:has-text('{SUBJECT}')")
    staff.wait_for_url(re.compile(r"/\d+$"))
    form = staff.url
    staff.click(".o-mail-Chatter-sendMessage")
    staff.locator(".o-mail-Composer-input").fill(ANSWER)
    staff.click(".o-mail-Composer-send:not([disabled])")
    expect(staff.locator(".o-mail-Message", has_text=ANSWER)).to_be_visible()
    staff.click(".nav-link:has-text('Resolution')")
    resolution = staff.locator(".o_field_widget[name=resolution] .odoo-editor-editable")
    resolution.click()
    resolution.press_sequentially("We sent another.")
    staff.locator(".o_field_widget[name=outcome] input").click()
    staff.click(".o_select_menu_item:has-text('Replacement')")
    staff.click(".o_form_button_save")
    close_complaint(staff)

    customer.goto(link)
    expect(customer.locator("#messages").get_by_text(ANSWER).first).to_be_visible()
    expect(customer.locator(".o_complaint_text", has_text="We sent another.")).to_be_visible()
    customer.click("summary:has-text('No, not yet')")
    customer.fill("textarea[name=reason]", "It has not come.")
    customer.click("text=Send, and open it again")
    expect(customer.locator(".alert-success")).to_contain_text("opened it again")

    staff.goto(form)
    expect(staff.locator(".o-mail-Message", has_text="It has not come.")).to_be_visible()
    close_complaint(staff)

    customer.goto(link)
    customer.click("text=Yes, it is solved")
    expect(customer.locator(".alert-success")).to_contain_text("glad")
    customer.click("button[name=rate]:has-text('Happy')")
    customer.fill("textarea[name=feedback]", "Quick and kind.")
    customer.click("text=Send Feedback")
    expect(customer.locator("h3")).to_contain_text("Thank you for your feedback")

    staff.goto(form)
    expect(staff.locator(".o-mail-Message", has_text="Quick and kind.")).to_be_visible()
    expect(staff.locator(".o_field_widget[name=confirmed_date]")).to_be_visible()


def test_many_at_once_from_one_address_keep_to_the_limit(scratch):
    """Twenty requests race for five places: five are taken, and the others are told to wait."""
    database = scratch.database("SUITE")
    server = Server(database)
    try:
        visitors = [Visitor(server.address) for _number in range(20)]
        with ThreadPoolExecutor(len(visitors)) as pool:
            answers = sorted(pool.map(Visitor.send, visitors))
    finally:
        server.close()
    assert answers == [200] * LIMIT + [429] * (len(visitors) - LIMIT)
    count = "env['crm.complaint'].search_count([('channel', '=', 'web')])"
    assert shell(database, f"print('RESULT', {count})").split("RESULT")[1].strip() == str(LIMIT)


class Visitor:
    """A visitor of the form with a session of his own."""

    def __init__(self, address):
        self.url = f"{address}/complaint"
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))
        with self.opener.open(self.url, timeout=60) as answer:
            page = answer.read().decode()
        self.token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]

    def send(self):
        values = {
            "csrf_token": self.token,
            "kind": "praise",
            "name": "Well done",
            "description": "Thank you",
            "partner_name": "Oyuna",
            "email": "oyuna@journey.example.com",
        }
        try:
            with self.opener.open(self.url, urlencode(values).encode(), timeout=120) as answer:
                return answer.status
        except HTTPError as refusal:
            return refusal.code
