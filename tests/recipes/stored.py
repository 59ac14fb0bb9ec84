"""An index to be kept, of the format that is written now: after a change on disk, `python -m tests.recipes.stored`.

It makes `tests/formats/NOW`, which holds what `tests/test_formats.py` expects of every index there.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from khsearch import Document, Index, TextField, version
from khsearch.schema import Declared
from tests.columnar.corpora import tables
from tests.test_formats import DOCUMENTS, STORED

FIELDS: Declared = {
    "number": "number",
    "share": "number",
    "date": "date",
    "open": "boolean",
    "tags": "keyword",
    "note": "text",
    "summary": TextField(0.5),
}
LEXICON = STORED / "1" / "lexicon.khl"


def make(path: Path) -> None:
    """Make the index: two commits, the second without a value of any field, and one document deleted.

    A third commit has a table of files, of one without documents. Its segments have tables of all pairs, as large ones
    have of the frequent.
    """
    index = Index.create(path, lexicon=LEXICON, fields=FIELDS)
    with tables():
        with index.writer() as writer:
            writer.add_all([*DOCUMENTS[:2], Document("3", "", "ប្រជុំ")])
        with index.writer() as writer:
            writer.add_all(DOCUMENTS[2:])
            writer.delete("3")
    with TemporaryDirectory() as folder:
        (Path(folder) / "empty.txt").touch()
        index.sync(folder)
    index.close()
    (path / "write.lock").unlink()


if __name__ == "__main__":
    make(STORED / str(version.NOW))
