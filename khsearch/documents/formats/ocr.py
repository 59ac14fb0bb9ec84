"""ocr: the picture of a page in, the Khmer text that tesseract reads in it out.

The one door to the program tesseract, which is started anew for each picture: it reads the picture from a pipe and its
data for Khmer from where it is installed, writes to a pipe, opens nothing else, and has one thread. Who limits a
process that reads files lets it start a program, and one that outlives it has SECONDS left.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from contextlib import suppress
from functools import cache

from khsearch.documents.formats.joints import joined
from khsearch.errors import KhsearchError, MissingExtraError
from khsearch.sandbox import limit_program

LIMIT = 2 << 30
"""Bytes of memory that tesseract may take; a page takes about 200 MB."""
SECONDS = 60
"""Time that a picture may take; one of a clean page takes one."""
DPI = 150
"""Dots an inch at which a page is drawn to be read: more make it no better."""

_INSTALL = "install it (apt-get install tesseract-ocr tesseract-ocr-khm)"
_KHMER = "khm"
_BLANK_LINES = re.compile(r"\n\s*\n")


class OcrError(KhsearchError):
    """A picture that cannot be read."""


class TooSlowError(OcrError):
    """A picture that takes too long."""


def check() -> None:
    """Find out whether there is all that is needed; MissingExtraError, which says what is not there."""
    problem = _missing()
    if problem:
        raise MissingExtraError(problem)


@cache
def _missing() -> str:
    program = shutil.which("tesseract")
    if program is None:
        return f"reading pictures (--ocr) needs the program tesseract; {_INSTALL}"
    try:
        told = subprocess.run([program, "--list-langs"], capture_output=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.SubprocessError) as problem:
        return f"tesseract, which reads pictures (--ocr), cannot be started ({problem}); {_INSTALL} again"
    if _KHMER not in told.stdout.decode("utf-8", "replace").split():
        return f"tesseract has no data for Khmer, which --ocr needs; {_INSTALL}"
    return ""


def read_picture(picture: bytes, dpi: int | None = None) -> list[str]:
    """Read a picture, a file of any kind that tesseract knows -> its text, page by page.

    MissingExtraError, TooSlowError, OcrError.
    """
    check()
    program = shutil.which("tesseract") or "tesseract"
    # A column of lines of different sizes: what finds out itself how a page is laid out drops lines of Khmer.
    command = [program, "stdin", "stdout", "-l", _KHMER, "--psm", "4", *(("--dpi", str(dpi)) if dpi else ())]
    own = {**os.environ, "OMP_THREAD_LIMIT": "1"}  # its threads mostly wait for each other
    try:
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=own
        ) as process:
            try:
                with suppress(OSError, ValueError):  # where a lower limit is set already
                    limit_program(process.pid, LIMIT, SECONDS)
                text, told = process.communicate(picture, SECONDS)
            except subprocess.TimeoutExpired:
                raise TooSlowError(f"takes tesseract more than {SECONDS} seconds") from None
            finally:
                process.kill()
    except OSError as problem:
        raise OcrError(f"tesseract cannot be started ({problem.strerror})") from None
    if process.returncode:
        last = told.decode("utf-8", "replace").strip().splitlines()[-1:] or [f"status {process.returncode}"]
        raise OcrError(f"tesseract cannot read it ({last[0]:.100})")
    pages = text.decode("utf-8", "replace").rstrip("\f\n").split("\f")
    return [joined(_BLANK_LINES.sub("\n\n", page).strip()) for page in pages]
