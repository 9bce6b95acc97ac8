"""Databases and servers of their own, for tests that no transaction can hold."""

import pytest
from support import Scratch


@pytest.fixture(scope="module")
def scratch():
    """Makes databases for a module's tests and removes them afterwards."""
    databases = Scratch()
    yield databases
    databases.close()
