"""The browser that the tests drive."""

import os
import shutil

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
    if not find() and shutil.which("apt-get") and os.geteuid() == 0:
        debian.install("chromium")
    path = find()
    if not path:
        raise Failure(
            "The tests need a browser: install Chromium "
            "(on Debian: apt-get install chromium) or Google Chrome, then run it again."
        )
    return path
