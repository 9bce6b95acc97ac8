"""Databases and servers of their own, for tests that no transaction can hold."""

import resource

import pytest
from playwright.sync_api import sync_playwright
from support import Scratch

from tools import browser

# A first page compiles the client's assets on the machine at hand.
PATIENCE = 30_000  # milliseconds


@pytest.fixture(scope="module")
def scratch():
    """Makes databases for a module's tests and removes them afterwards."""
    databases = Scratch()
    yield databases
    databases.close()


@pytest.fixture(scope="module")
def chromium():
    # Odoo's web server in this process has taken its memory limit, which Chromium cannot live with.
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    with sync_playwright() as playwright:
        engine = browser.launch(playwright)
        yield engine
        engine.close()


@pytest.fixture
def open_page(chromium):
    """Opens pages, each a visitor's own; the test fails on any error the browser reports."""
    errors = []
    pages = []

    def open_page():
        page = chromium.new_page(viewport={"width": 1400, "height": 900})
        pages.append(page)
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: errors.append(f"uncaught: {error}"))
        page.on(
            "console",
            lambda message: errors.append(message.text) if message.type == "error" else None,
        )
        page.on(
            "response",
            lambda answer: (
                errors.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None
            ),
        )
        return page

    yield open_page
    for page in pages:
        page.close()
    assert errors == []
