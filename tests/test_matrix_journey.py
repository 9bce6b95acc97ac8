"""From a category that goes with another to the orders that say so, and out into a workbook."""

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect
from support import Server

from tools import browser

READY = ".o_crm_matrix[data-ready='1']"
# The first page compiles its assets, on a machine that may have more to do.
expect.set_options(timeout=60_000)  # milliseconds


@pytest.fixture(scope="module")
def site(scratch):
    server = Server(scratch.database("DEMO"))
    yield server
    server.close()


def cell(page, row, column):
    return page.locator(f"{READY} [data-row='{row}'][data-column='{column}']")


def count_records(page):
    """The records of the list shown, all pages."""
    rows = page.locator(".o_list_view .o_data_row")
    expect(rows.first).to_be_visible()
    total = page.locator(".o_list_view ~ * .o_pager_limit, .o_control_panel .o_pager_limit")
    return int(total.first.inner_text()) if total.count() else rows.count()


def get_strongest(page):
    """The place and the figure of the greatest cell beside the diagonal."""
    found = page.evaluate(
        """() => [...document.querySelectorAll('.o_crm_matrix tbody td')]
            .filter(cell => !cell.classList.contains('o_crm_matrix_trivial'))
            .map(cell => [Number(cell.textContent), cell.dataset.row, cell.dataset.column])"""
    )
    return max(found, key=lambda place: place[0])


def test_from_a_category_to_its_orders(site, open_page):
    page = open_page()
    browser.log_in(page, site.address)
    page.goto(f"{site.address}/odoo/cross-selling-matrix")
    expect(cell(page, 0, 0)).to_be_visible()
    count, row, column = get_strongest(page)
    assert count

    # The keyboard alone: from the first cell to the strongest, and into its orders.
    cell(page, 0, 0).focus()
    for _step in range(int(row)):
        page.keyboard.press("ArrowDown")
    for _step in range(int(column)):
        page.keyboard.press("ArrowRight")
    expect(cell(page, row, column)).to_be_focused()
    page.keyboard.press("Enter")
    card = page.locator(".o_crm_matrix_card")
    expect(card.locator("[data-figure=both]")).to_have_text(str(int(count)))
    page.keyboard.press("Enter")
    assert count_records(page) == count

    # Back, and down to the products; the address brings the same figures to another window.
    page.go_back()
    expect(cell(page, row, column)).to_have_text(str(int(count)))
    cell(page, row, column).click()
    card.locator(".o_crm_matrix_card_drill").click()
    expect(page.locator(".o_crm_matrix_facet")).to_have_count(2)
    page.locator(".o_crm_matrix_measure").click()
    page.locator(".o-dropdown-item[data-measure=amount]").click()
    expect(cell(page, 0, 0)).to_contain_text("$")
    names = page.locator(f"{READY} thead th").all_inner_texts()
    figures = page.locator(f"{READY} tbody td").all_inner_texts()
    page.reload()
    expect(page.locator(".o_crm_matrix_facet")).to_have_count(2)
    assert page.locator(f"{READY} thead th").all_inner_texts() == names
    assert page.locator(f"{READY} tbody td").all_inner_texts() == figures

    with page.expect_download() as download:
        page.locator(".o_crm_matrix_export").click()
    path = download.value.path()
    with open(path, "rb") as file:
        table = load_workbook(file).worksheets[0]
    exported = next(row for row in table.iter_rows(values_only=True) if row[1])
    shown = [name.rsplit("\n", 1)[0].replace("\n", " ") for name in names]
    assert list(exported[1:])[: len(shown)] == shown
