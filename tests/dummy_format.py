"""A format to copy: notes. A line "# title" begins a note, "@ 2021-05-11" is its date, the other lines are its text."""

from __future__ import annotations

from datetime import date

from khsearch.documents import Document, Found, Placed, Source
from khsearch.errors import DocumentError


def read(source: Source) -> Found:
    """Read all notes; one that is wrong is told with the line where it begins."""
    content = source.text()
    first, *notes = f"\n{content}".split("\n# ")
    if not notes:
        raise source.error("no notes; begin each with '# ' and its title")
    line = 1 + first.count("\n")
    for number, note in enumerate(notes, 1):
        yield _read_note(note, source, number, f"line {line}")
        line += 1 + note.count("\n")


def _read_note(note: str, source: Source, number: int, part: str) -> Placed | DocumentError:
    title, _, text = note.partition("\n")
    fields = {}
    if text.startswith("@ "):
        told, _, text = text.removeprefix("@ ").partition("\n")
        try:
            fields["date"] = date.fromisoformat(told.strip())
        except ValueError:
            return source.error(f"{told!r} is no date; write it as 2021-05-11", part)
    return source.placed(Document(f"{source.id}#{number}", title.strip(), text.strip(), fields), part)
