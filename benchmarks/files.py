"""files: documents of every kind whose text is known, into an index: what is kept of it, and what a second look costs.

A folder holds originals, NAME.txt, and beside each what was made of it, NAME.KIND. *Exact words* are the distinct Khmer
words of two clusters or more of an original that are among the words of what khsearch keeps of the made file, both
without invisible characters, which a PDF cannot hold.

A second look is a sync of a folder in which nothing changed, beside the first, in CPU time of this process and all that
it starts.
"""

from __future__ import annotations

import re
import resource
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.console import Show
from benchmarks.errors import BenchmarkError, DisagreementError, MissedError
from khsearch import Index, clusters, words

INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff\u00ad]")
KHMER = re.compile("[\u1780-\u17b3]")
PDF_BAR, OTHER_BAR, OCR_BAR, LOOK_BAR = 99.0, 100.0, 94.0, 0.05
"""Exact words of sound PDFs, of other kinds and of a scan; a second look beside the first."""

BROKEN = ("weasy.pdf", "noactual.pdf", "scan.pdf")
"""Kinds whose text is wrong or none: they have to be told."""

COLUMNS = ["kind", "files", "exact words, %", "least", "told"]


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of the files of one kind: how many there are, their exact words in percent, how many were told."""

    files: int
    exact: float
    least: float
    told: int


@dataclass(frozen=True, slots=True)
class Looks:
    """Seconds of CPU time of a first sync of so many files, and of a second one that finds nothing changed."""

    files: int
    first: float
    second: float

    @property
    def share(self) -> float:
        """The second beside the first."""
        return self.second / self.first


def kept(folder: Path, *, ocr: bool) -> dict[str, Kept]:
    """Read the made files of a folder, with OCR or not -> what is kept, by kind. BenchmarkError for no originals."""
    originals = sorted(path for path in folder.glob("*.txt") if path.name.count(".") == 1)
    if not originals:
        raise BenchmarkError(f"{folder}: no originals, NAME.txt, in it; name a folder that has them")
    with tempfile.TemporaryDirectory() as place:
        index = Index.create(Path(place) / "x")
        report = index.sync(folder, ocr=ocr)
        told = [str(problem) for problem in report.problems]
        texts: dict[str, str] = defaultdict(str)
        for document in index:
            texts[document.id.partition("#")[0]] += f"{document.title}\n{document.text}\n"
    found: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for original in originals:
        wanted = _wanted(original.read_text("utf-8"))
        for made in sorted(folder.glob(f"{original.stem}.*")):
            if made != original:
                kind = made.name.removeprefix(f"{original.stem}.")
                there = set(_words(texts[made.name]))
                share = 100 * sum(word in there for word in wanted) / len(wanted)
                found[kind].append((share, any(made.name in problem for problem in told)))
    return {
        kind: Kept(
            len(files),
            sum(share for share, _ in files) / len(files),
            min(share for share, _ in files),
            sum(one for _, one in files),
        )
        for kind, files in sorted(found.items())
    }


def check(sound: Mapping[str, Kept], read_by_ocr: Mapping[str, Kept] | None) -> None:
    """MissedError where a kind keeps less than it has to, or a broken one is not told."""
    missed = []
    for kind, one in sound.items():
        if kind in BROKEN:
            missed += [f"{kind}: {one.files - one.told} not told"] if one.told < one.files else []
        else:
            bar = PDF_BAR if kind.endswith(".pdf") else OTHER_BAR
            missed += [f"{kind}: {one.exact:.1f}, not {bar:g}"] if one.exact < bar else []
            missed += [f"{kind}: sound, and told"] if one.told else []
    scan = (read_by_ocr or {}).get("scan.pdf")
    if scan is not None and scan.exact < OCR_BAR:
        missed.append(f"scan.pdf by OCR: {scan.exact:.1f}, not {OCR_BAR:g}")
    if missed:
        raise MissedError("exact words below the bar: " + "; ".join(missed))


def look_twice(folder: Path, count: int, show: Show) -> Looks:
    """Sync `count` copies of the files of a folder, and once more. DisagreementError where the second reads any."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    with tempfile.TemporaryDirectory() as place:
        copies = Path(place) / "files"
        for number in range(count):
            made = files[number % len(files)]
            below = copies / f"{number // 100:02}"
            below.mkdir(parents=True, exist_ok=True)
            shutil.copy(made, below / f"{number}-{made.name}")
        index = Index.create(Path(place) / "x")
        show(0, 2)
        first = _timed(lambda: index.sync(copies))
        show(1, 2)
        reports = []
        second = _timed(lambda: reports.append(index.sync(copies)))
        if reports[0].read or reports[0].changed:
            raise DisagreementError(
                f"a second sync read {reports[0].read + reports[0].changed} files, none had changed"
            )
    return Looks(count, first, second)


def check_looks(looks: Looks) -> None:
    """MissedError where a second look costs more than it may."""
    if looks.share > LOOK_BAR:
        raise MissedError(f"a second look takes {100 * looks.share:.1f} % of the first, not {100 * LOOK_BAR:g}")


def _timed(work: Callable[[], object]) -> float:
    before = _cpu()
    work()
    return _cpu() - before


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _words(text: str) -> list[str]:
    return [INVISIBLE.sub("", word) for word in words(text)]


def _wanted(text: str) -> Sequence[str]:
    return [word for word in dict.fromkeys(_words(text)) if KHMER.match(word) and len(clusters(word)) >= 2]
