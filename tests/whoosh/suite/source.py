"""source: the tests in the source package of Whoosh 2.7.4, fetched by pip and kept in a cache of the user's."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

NAME = "Whoosh-2.7.4.zip"
SHA256 = "e0857375f63e9041e03fedd5b7541f97cf78917ac1b6b06c1fcc9b45375dda69"
LONGEST = 300  # seconds that pip may take


class NotToBeHadError(Exception):
    """The source package cannot be fetched; why."""


def unpack(to: Path) -> Path:
    """Put Whoosh's tests into a folder -> where they are; NotToBeHadError."""
    with zipfile.ZipFile(_fetched()) as package:
        package.extractall(to)
    return next(to.glob("*/tests"))


def _fetched() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "khsearch-tests"
    kept = cache / NAME
    if kept.is_file() and _is_whole(kept):
        return kept
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        wanted = Path(folder) / "wanted.txt"
        wanted.write_text(f"whoosh==2.7.4 --hash=sha256:{SHA256}\n", encoding="utf-8")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        pip += ["--no-binary", "whoosh", "--dest", folder, "--requirement", str(wanted)]
        try:
            done = subprocess.run(pip, capture_output=True, text=True, timeout=LONGEST, check=False)
        except subprocess.TimeoutExpired:
            raise NotToBeHadError(f"pip took longer than {LONGEST} seconds") from None
        if done.returncode:
            raise NotToBeHadError((done.stderr.strip() or "pip gave no reason").splitlines()[-1])
        (Path(folder) / NAME).replace(kept)
    return kept


def _is_whole(path: Path) -> bool:
    return hashlib.sha256(path.read_bytes()).hexdigest() == SHA256
