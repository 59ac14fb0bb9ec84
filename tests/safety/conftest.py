"""The size of the safety suite: short by default, full with KHSEARCH_SAFETY=full."""

import os

import pytest


@pytest.fixture
def size():
    """Choose between the short and the full number of cases."""
    full = os.environ.get("KHSEARCH_SAFETY") == "full"
    return lambda short, whole: whole if full else short
