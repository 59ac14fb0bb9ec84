"""fill: very many short documents through one node of OpenSearch, in one commit: throughput, and memory of the client.

    python -m benchmarks.fill URL SIZE DOCS      the client, a process of its own; one line of JSON on stdout

A document is a title and one to three sentences, drawn at random with a seed; making them counts as no work of anybody.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from benchmarks import corpus, node
from benchmarks.console import note
from benchmarks.corpus import SEED
from benchmarks.errors import BenchmarkError
from khsearch import Document, Index

HEAP = "4g"
"""Memory of the node."""

TOLD = 50_000
"""Documents after which it is told how far it is."""

COLUMNS = ["documents", "MB", "documents/s", "of that: analysed and spooled", "sent and refreshed"]
COLUMNS += ["client, CPU s", "peak MB", "node, bytes/text"]


@dataclass(frozen=True, slots=True)
class Figures:
    """What it took.

    adding, sending  seconds until all documents were added, and from there until they were committed
    cpu, memory_mb   of the client: seconds, and megabytes above its start at most
    stored           bytes that the node keeps
    """

    documents: int
    text_bytes: int
    adding: float
    sending: float
    cpu: float
    memory_mb: float
    stored: int


def measure(docs: Path, size: int) -> Figures:
    """Fill an index on a node; BenchmarkError where none can be, or where documents are missing."""
    with node.running(HEAP) as url:
        command = [sys.executable, "-m", "benchmarks.fill", url, str(size), str(docs)]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
        if done.returncode:
            raise BenchmarkError("the client failed; its reason stands above")
        return Figures(**json.loads(done.stdout))


def short(documents: Sequence[Document], size: int, seed: int = SEED) -> Iterator[Document]:
    """Make short documents of the sentences of others."""
    pieces = corpus.sentences(documents)
    choose = random.Random(seed)
    for number in range(size):
        title, *text = choose.choices(pieces, k=2 + number % 3)
        yield Document(f"d{number:07}", title[:80], " ".join(text))


def fill(url: str, size: int, docs: Path) -> Figures:
    """Fill an index on the node at a URL, count what is there, and remove it."""
    documents = corpus.read(docs)
    name = f"benchmark-{uuid4().hex}"
    index = Index.create(f"{url}/{name}")
    with suppress(OSError):  # forget the peak of reading the documents
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before, cpu, making, text_bytes = _status("VmRSS"), time.process_time(), 0.0, 0
    started = time.perf_counter()
    with index.writer() as writer:
        made = short(documents, size)
        for number in range(size):
            at = time.perf_counter()
            document = next(made)
            text_bytes += len(document.title.encode()) + len(document.text.encode())
            making += time.perf_counter() - at
            writer.add(document)
            if not (number + 1) % TOLD:
                note(f"{number + 1:,} documents after {time.perf_counter() - started:.0f} s")
        adding = time.perf_counter() - started - making
    sending = time.perf_counter() - started - making - adding
    cpu, peak = time.process_time() - cpu - making, _status("VmHWM") - before
    if index.doc_count != size or index.search("*", limit=1).total != size:
        raise BenchmarkError(f"{size:,} documents were added, and {index.doc_count:,} are there")
    stored = _json(f"{url}/{name}-*/_stats/store")["_all"]["primaries"]["store"]["size_in_bytes"]
    index.close()
    _json(f"{url}/{name}-*", "DELETE")
    return Figures(size, text_bytes, adding, sending, cpu, peak, stored)


def _json(url: str, method: str = "GET") -> Any:
    with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=120) as answer:
        return json.loads(answer.read())


def _status(name: str) -> float:
    """A figure of this process in megabytes."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def rows(found: Figures) -> list[list[str]]:
    """A row for people."""
    seconds = found.adding + found.sending
    return [
        [
            f"{found.documents:,}",
            f"{found.text_bytes / 1e6:,.0f}",
            f"{found.documents / seconds:,.0f}",
            f"{100 * found.adding / seconds:.0f} %",
            f"{100 * found.sending / seconds:.0f} %",
            f"{found.cpu:,.0f}",
            f"{found.memory_mb:,.0f}",
            f"{found.stored / found.text_bytes:.2f}",
        ]
    ]


if __name__ == "__main__":
    print(json.dumps(asdict(fill(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])))))
