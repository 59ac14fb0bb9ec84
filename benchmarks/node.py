"""node: an OpenSearch node for as long as a benchmark runs: that of KHSEARCH_OPENSEARCH_URL, or one of our own.

Our own has icu_tokenizer and icu_folding, which comparisons need; a node of yours has them with the plug-in
analysis-icu. Node and client share the cores.
"""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.errors import BenchmarkError

SCRIPT = Path(__file__).parent.parent / "scripts" / "opensearch"


@contextmanager
def running(heap: str = "1g") -> Iterator[str]:
    """Run a node with so much memory -> its address; BenchmarkError where none can be."""
    if given := os.environ.get("KHSEARCH_OPENSEARCH_URL"):
        yield given.rstrip("/")
        return
    name = f"benchmark-{os.getpid()}"
    told = {**os.environ, "OPENSEARCH_UNTIL": str(os.getpid()), "OPENSEARCH_HEAP": heap}
    started = subprocess.run(
        [SCRIPT, "start", name, str(_free_port())], env=told, capture_output=True, encoding="utf-8", check=False
    )
    if started.returncode:
        raise BenchmarkError(f"no OpenSearch node: {started.stderr.strip()}")
    try:
        yield started.stdout.strip()
    finally:
        subprocess.run([SCRIPT, "stop", name], check=False)


def _free_port() -> int:
    """A port at which nobody listens, nor at the one a hundred above: a node needs both."""
    while True:
        with ExitStack() as taken:
            first = taken.enter_context(socket.socket())
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                taken.enter_context(socket.socket()).bind(("127.0.0.1", port + 100))
            except (OSError, OverflowError):
                continue
            return port
