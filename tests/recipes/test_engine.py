"""The recipe of an engine: a copy of the one in memory, in a package of somebody else's, under a scheme of its own."""

from __future__ import annotations

from pathlib import Path

from tests.recipes.packages import command, install, recipe, run

PROGRAM = """
from datetime import date
from khsearch import Document, Index

indexes = Index.create("shelf://news", fields={"date": "date"}), Index.memory(fields={"date": "date"})
for index in indexes:
    with index.writer() as writer:
        for year in range(2015, 2025):
            writer.add(Document(str(year), "", "ភ្លៀង ធ្លាក់ " * (1 + year % 4), {"date": date(year, 5, 11)}))
mine, theirs = Index.open("shelf://news"), indexes[1]
assert type(mine._engine).__module__ == "some_package.shelf.store"
for query in ("ភ្លៀង", '"ភ្លៀង ធ្លាក់"', "ភ្លៀ*", "+ភ្លៀង -date:2017", "date:[2016 TO 2020]"):
    assert [(hit.id, hit.score) for hit in mine.search(query)] == [(hit.id, hit.score) for hit in theirs.search(query)]
print(mine, Index.verify("shelf://news"), Index.rebuild("shelf://news"))
"""


def test_a_copy_of_the_engine_in_memory_is_an_engine(tmp_path: Path) -> None:
    install(tmp_path, recipe("engine", "toml"))
    command(tmp_path, ["sh", "-e", "-c", recipe("engine", "sh")])
    assert run(tmp_path, PROGRAM) == "<Index shelf://news: 10 documents> [] 10\n"
