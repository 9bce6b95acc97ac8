"""Make the pictures in docs/: `.venv/bin/python -m tools.screenshots [ADDRESS]`.

Start Odoo with `make run` first. Each picture is a page of the demo database.
"""

import sys

from playwright.sync_api import sync_playwright

from tools import browser, paths

ADDRESS = "http://127.0.0.1:8069"
WIDTH, HEIGHT = 1280, 960
# name of the picture: address of the page, what is clicked on it, what must be there
PAGES = {
    "dashboard": ("/odoo/sales-dashboard?dashboard=company", (), "[data-ready='1']"),
    "team_leader": ("/odoo/sales-dashboard?dashboard=team_leader", (), "[data-ready='1']"),
    "service_quality": ("/odoo/sales-dashboard?dashboard=service_quality", (), "[data-ready='1']"),
    "sales_plan": (
        "/odoo/sales-plans",
        (".o_data_row .o_data_cell", "button:has-text('Enter Figures')"),
        "[data-ready='1'] td",
    ),
    "plan_and_actuals": ("/odoo/sales-plan-analysis", (), ".o_pivot td"),
    "complaints": ("/odoo/complaints", (), ".o_kanban_record"),
    "contract": ("/odoo/contracts", (".o_data_row .o_data_cell",), ".o_form_view .o_data_row"),
    "quotation": (
        "/odoo/sales",
        (".o_data_row:has-text('The Jackson Group'):has-text('Quotation') [name=name]",),
        ".o_sale_suggestion",
    ),
    "matrix": ("/odoo/cross-selling-matrix", (), "[data-ready='1'] td[data-row]"),
    "white_space": ("/odoo/white-space", (), ".o_data_row"),
    "likely_next": (
        "/odoo/likely-next",
        tuple(f".o_data_row:nth-child({row}) .o_list_record_selector" for row in (1, 2)),
        "[name=action_make_quotations]",
    ),
    "results": ("/odoo/suggestion-results", (), ".o_suggestion_proof_table"),
    "card": (
        "/odoo/action-crm_loyalty.loyalty_card_action",
        (".o_data_row .o_data_cell",),
        ".o_form_view",
    ),
}


def main(address):
    docs = paths.ROOT / "docs"
    docs.mkdir(exist_ok=True)
    browser.ensure()
    with sync_playwright() as playwright:
        engine = browser.launch(playwright)
        page = engine.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        browser.log_in(page, address)
        for name, (path, clicks, wanted) in PAGES.items():
            page.goto(address + path)
            for click in clicks:
                page.locator(click).first.click()
            page.wait_for_selector(wanted)
            page.wait_for_timeout(1500)  # the charts grow, the pictures come
            page.screenshot(path=docs / f"{name}.png")
            print(name)
        engine.close()


if __name__ == "__main__":
    main(*sys.argv[1:] or [ADDRESS])
