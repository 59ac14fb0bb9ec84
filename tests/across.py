"""One index under several Pythons: made under one, it opens under another and answers alike.

python -m tests.across make FOLDER     an index in FOLDER/x, and what it answers in FOLDER/answers.json
python -m tests.across spaced FOLDER   the same without what ICU breaks
python -m tests.across check FOLDER    whether it answers so under this Python, too
"""

from __future__ import annotations

import json
import platform
import sys
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from khsearch import Document, Index, IndexMismatchError

SAMPLES = sorted((Path(__file__).parent.parent / "sample_docs").glob("*.txt"))
OTHERS = {
    "ru": "Москва столица России",
    "th": "ประเทศไทย ใช้gmailได้",
    "lo": "ພາສາລາວ",
    "cn": "部署方案",
    "fr": "l'\u00e9t\u00e9 \u00e0 Phnom Penh",
    "ar": "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645",
    "new": "សាលា \U0001e4d0\U0001e4d1 រៀន",  # letters since Unicode 15
}
SPACELESS = ("th", "lo", "cn")
QUERIES = [
    *("ពិការភាព", "ក្រសួងអប់រំ UNICEF", '"ក្រុមការងារ"', "ពិកា*", "ក្រសួន~", "២០២១", "COVID-19", "សាលា រៀន"),
    *("москва", "моск*", "ประเทศไทย", "gmail", "ພາສາ", "方案", "\u00e9t\u00e9", "\u0645\u0631\u062d\u0628\u0627"),
]
SPACELESS_QUERIES = ("ประเทศไทย", "gmail", "ພາສາ", "方案")
LETTER_SINCE_UNICODE_15 = "\U0001e4d0\U0001e4d1"


def documents(*, spaced: bool) -> list[Document]:
    """Khmer articles, and a text in each of some other scripts, with fields of every kind."""
    others = {name: text for name, text in OTHERS.items() if not (spaced and name in SPACELESS)}
    found = []
    for number, path in enumerate(SAMPLES):
        text = path.read_text("utf-8")
        day = date(2021, 1 + number % 12, 1)
        fields = {"day": day, "size": len(text), "kind": ["a", "ខ"][number % 2], "open": number % 3 == 0}
        found.append(Document(path.name, text.partition("\n")[0], text, fields))
    moment = datetime(2021, 5, 11, 3, tzinfo=UTC)
    return found + [Document(name, "", text, {"day": moment, "size": 2**60 + 1}) for name, text in others.items()]


def queries(*, spaced: bool) -> list[str]:
    return [query for query in QUERIES if not (spaced and query in SPACELESS_QUERIES)]


def answers(index: Index, *, spaced: bool) -> dict[str, object]:
    """What the index says to every query: hits with their scores, snippets, counts."""
    told: dict[str, object] = {}
    for query in queries(spaced=spaced):
        results = index.search(query, filter="size:[1 TO *]")
        told[query] = {
            "hits": [[hit.id, round(hit.score, 4), hit.snippet.html()] for hit in results],
            "total": results.total,
            "days": {str(day): count for day, count in results.facet("day").items()},
            "kinds": results.facet("kind"),
            "sorted": [hit.id for hit in index.search(query, sort="-size")],
        }
    told["completions"] = index.complete("ពិកា")
    return told


def make(folder: Path, *, spaced: bool = False) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if spaced:
        (folder / "spaced").touch()
    index = Index.create(folder / "x", fields={"day": "date", "size": "number", "kind": "keyword", "open": "boolean"})
    with index.writer() as writer:
        writer.add_all(documents(spaced=spaced))
    (folder / "answers.json").write_text(json.dumps(answers(index, spaced=spaced), ensure_ascii=False), "utf-8")


def check(folder: Path) -> None:
    spaced = (folder / "spaced").exists()
    assert Index.verify(folder / "x") == []
    index = Index.open(folder / "x")
    assert list(index.export()) == documents(spaced=spaced)
    expected = json.loads((folder / "answers.json").read_text("utf-8"))
    assert json.loads(json.dumps(answers(index, spaced=spaced))) == expected
    with suppress(IndexMismatchError):  # where one of two Pythons knows letters and the other none
        assert index.search(LETTER_SINCE_UNICODE_15).total in (0, 1)
    with index.writer() as writer:
        writer.add(Document("one more", "", "សាលារៀន"))
    index.optimize()
    with index.writer() as writer:
        assert writer.delete("one more")
    assert list(index.export()) == documents(spaced=spaced)
    for query in queries(spaced=spaced):
        assert index.search(query).total >= 1
    print(f"made elsewhere, the same under Python {platform.python_version()}: {len(queries(spaced=spaced))} queries")


if __name__ == "__main__":
    {"make": make, "spaced": partial(make, spaced=True), "check": check}[sys.argv[1]](Path(sys.argv[2]))
