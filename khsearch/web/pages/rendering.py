"""rendering: what a page shows in, HTML out. Every value is escaped; one that is missing is an error, not a gap."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from khsearch.web.pages import static
from khsearch.web.pages.breaking import Woven
from khsearch.web.pages.languages import Language, other_than
from khsearch.web.pages.links import written

_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Characters that HTML may not hold, whatever document or query they came from."""


@lru_cache(maxsize=1)
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["as_filter"] = written
    made.globals.update(strong=_strong, quoted=_quoted, linked=_linked)
    made.globals["static"] = {name: f"static/{name}?v={file.hash}" for name, file in static.files().items()}
    return made


def render(template: str, language: Language, **shown: Any) -> bytes:
    """Return a page in a language, as UTF-8."""
    page = _templates().get_template(f"{template}.html")
    html = page.render(language=language, other=other_than(language), say=language.say, **shown)
    return _UNSEEN.sub("\ufffd", html).encode()


def _strong(text: Woven) -> Markup:
    return Markup('<strong lang="km">{}</strong>').format(text)


def _quoted(text: Woven) -> Markup:
    return Markup('<q lang="km">{}</q>').format(text)


def _linked(text: Woven, address: str) -> Markup:
    return Markup('<a lang="km" href="{}">{}</a>').format(address, text)
