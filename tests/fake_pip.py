"""Stands for pip and apt-get where pages are tried: nothing is installed, but what is named has to be what there is.

python -m tests.fake_pip NAME ARGUMENT...
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
OWN = ("khsearch", "khsearch-base", ".")
OTHERS = ("notebook",)
"""Packages that pages let people install though they are not among the extras."""

SYSTEM = ("libicu-dev", "pkg-config", "g++", "python3-dev", "python3-venv", "tesseract-ocr", "tesseract-ocr-khm")


def main(program: str, arguments: list[str]) -> int:
    """Look at the names; 1 where one is unknown."""
    wanted = [one for one in arguments if not one.startswith("-")]
    if not wanted or wanted[0] != "install":
        return _unknown(program, arguments)
    strangers = [name for name in wanted[1:] if not (name in SYSTEM if program == "apt-get" else _is_there(name))]
    return _unknown(program, strangers) if strangers else 0


def _is_there(name: str) -> bool:
    """Whether a package is khsearch's, with extras that it has, or one that an extra or a page needs."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    others = {re.split(r"[^\w.-]", one)[0] for extra in extras.values() for one in extra} | {*OTHERS}
    found = re.fullmatch(r"([\w.-]+?)(?:\[([\w,-]+)\])?", name)
    if not found or found[1] not in OWN:
        return found is not None and found[1] in others
    return {*(found[2] or "").split(",")} - {""} <= {*extras}


def _unknown(program: str, arguments: list[str]) -> int:
    print(f"{program}: nobody knows {arguments}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
