"""static: files that pages load: read once, served from memory, under a name that changes whenever they do."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

from khsearch.frozen import frozen

_FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@frozen
class File:
    """A file: its bytes, its type, and a hash of its bytes, which pages ask for it with."""

    body: bytes
    type: str
    hash: str


@lru_cache(maxsize=1)
def files() -> dict[str, File]:
    """Return all files by name."""
    found = {path.name: path for path in sorted(_FOLDER.iterdir()) if path.suffix in _TYPES}
    return {name: _file(path) for name, path in found.items()}


@lru_cache(maxsize=1)
def version() -> str:
    """Return what changes whenever a file or a template does."""
    templates = sorted((_FOLDER.parent / "templates").iterdir())
    parts = [file.hash.encode() for file in files().values()] + [path.read_bytes() for path in templates]
    return _hash(b"\0".join(parts))


def _file(path: Path) -> File:
    body = path.read_bytes()
    return File(body, _TYPES[path.suffix], _hash(body))


def _hash(data: bytes) -> str:
    return blake2b(data, digest_size=8).hexdigest()
