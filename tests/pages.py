"""The pages that people read: their text, and the examples in them that tests run."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def page(name: str) -> str:
    """The text of a page at the top of the repository."""
    return (ROOT / name).read_text("utf-8")


def example(text: str, name: str, language: str) -> str:
    """An example of a page: a block of code below a comment with its name."""
    found = re.search(rf"<!-- example: {name} -->\n```{language}\n(.*?)```", text, re.DOTALL)
    assert found, name
    return found[1]
