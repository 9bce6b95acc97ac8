"""The browser that the tests drive."""

import ctypes.util
import os
import shutil
import sys

from tools import debian
from tools.console import Failure

NAMES = ("chromium", "google-chrome", "chromium-browser", "google-chrome-stable")


def find():
    """Return the browser's path, or None."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


def ensure():
    """Return the browser's path, installing Debian's where that is allowed.

    :raise Failure: when no browser can be had
    """
    may_install = shutil.which("apt-get") and os.geteuid() == 0
    if not find() and may_install:
        debian.install("chromium")
    if not _has_atomic() and may_install:
        debian.install("libatomic1")
    path = find()
    if not path:
        raise Failure(
            "The tests need a browser: install Chromium "
            "(on Debian: apt-get install chromium) or Google Chrome, then run it again."
        )
    if not _has_atomic():
        raise Failure(
            "The program that drives the browser needs libatomic: install it "
            "(on Debian: apt-get install libatomic1), then run it again."
        )
    return path


def launch(playwright):
    """Start the browser without a window."""
    return playwright.chromium.launch(
        executable_path=find(),
        args=["--no-sandbox", "--disable-background-networking", "--disable-gpu"],
    )


def log_in(page, address):
    """Log in as admin, as a person does, and wait for the web client."""
    page.goto(f"{address}/web/login")
    page.fill("input[name=login]", "admin")
    page.fill("input[name=password]", "admin")
    page.click("button[type=submit]")
    page.wait_for_selector(".o_main_navbar")


def _has_atomic():
    """Tell whether Playwright's driver finds the one library that a bare Linux may lack."""
    return sys.platform != "linux" or ctypes.util.find_library("atomic")
