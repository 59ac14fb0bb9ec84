"""Real OpenSearch nodes for as long as a block of a test runs, and at the latest until pytest ends."""

from __future__ import annotations

import base64
import fcntl
import importlib.util
import json
import os
import socket
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote, unquote, urlsplit

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "opensearch"
MISSING = 3
"""Exit status of the script where Java or Maven is missing, or Maven fetches nothing."""

_SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # for Java: half of the time to start


@contextmanager
def node(name: str, *, args: str = "", heap: str = "512m") -> Iterator[str]:
    """Run one node of a name of its own -> its address. args: settings of the node, KEY=VALUE with spaces between."""
    with _until_stopped(name):
        yield start(name, str(free_ports(1)[0]), OPENSEARCH_ARGS=args, OPENSEARCH_HEAP=heap)


@contextmanager
def shared(place: Path) -> Iterator[str]:
    """Run the one node of a test run, which its processes share by a folder -> its address.

    The first that needs it starts it, the last that has ended stops it. KHSEARCH_OPENSEARCH_URL names one that runs.
    """
    if importlib.util.find_spec("opensearchpy") is None:
        unavailable("opensearch-py is not installed; pip install 'khsearch[opensearch]'")
    if given := os.environ.get("KHSEARCH_OPENSEARCH_URL"):
        yield given.rstrip("/")
        return
    name = f"test-{session()}"
    with _entry(place / "node.json") as told:
        if "url" not in told:
            told["url"] = start(name, str(free_ports(1)[0]))
        told["users"] = told.get("users", 0) + 1
    try:
        yield told["url"]
    finally:
        with _entry(place / "node.json") as told:
            told["users"] -= 1
            if not told["users"]:
                stop(name)
                del told["url"]


@contextmanager
def _entry(path: Path) -> Iterator[dict[str, Any]]:
    """What the processes of a test run tell each other; one at a time reads and changes it."""
    with path.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        content = json.loads(file.read() or "{}")
        yield content
        file.truncate(0)
        file.write(json.dumps(content))


@contextmanager
def nodes(names: list[str]) -> Iterator[dict[str, str]]:
    """Run a cluster -> the address of each of its nodes by name."""
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    seeds = ",".join(f"{name}:{port}" for name, port in ports.items())
    with ExitStack() as stack, ThreadPoolExecutor(len(names)) as pool:
        for name in names:
            stack.enter_context(_until_stopped(name))
        found = pool.map(lambda name: start(name, str(ports[name]), seeds), names)
        yield dict(zip(names, found, strict=True))


def start(name: str, *place: str, **environment: str) -> str:
    """Start a node and wait until it answers -> its address; a test that needs it is skipped where none can be."""
    told = {"OPENSEARCH_JAVA": _SHORT_LIVED, "OPENSEARCH_UNTIL": str(session()), **environment}
    done = _run("start", name, *place, environment=told)
    if done.returncode == MISSING:
        unavailable(done.stderr.strip())
    if done.returncode:
        raise RuntimeError(f"node {name} does not start: {done.stderr}")
    return done.stdout.strip()


def stop(name: str) -> None:
    """Stop a node, and remove what it kept."""
    _run("stop", name)


def kill(name: str) -> None:
    """Kill a node, as a machine that goes dark."""
    _run("stop", name, "-9")


def ask(url: str, path: str, method: str = "GET", body: object = None) -> Any:
    """Ask a node without khsearch; URL may hold user and password."""
    parts = urlsplit(url)
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{path}", data, method=method)
    request.add_header("Content-Type", "application/json")
    if parts.username is not None:
        known = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        request.add_header("Authorization", f"Basic {base64.b64encode(known.encode()).decode()}")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read() or b"null")


def remove(url: str, name: str) -> None:
    """Remove whatever an index of khsearch's has there, and no other's."""
    there = ask(url, f"/_cat/indices/{quote(name)}-*?format=json&h=index&expand_wildcards=all")
    own = [one["index"] for one in there if one["index"].removeprefix(f"{name}-").replace("meta", "0").isdecimal()]
    if own:
        ask(url, f"/{quote(','.join(own))}", "DELETE")


def unavailable(reason: str) -> NoReturn:
    """Skip a test that needs a node, or where they have to run (KHSEARCH_OPENSEARCH_REQUIRED=1), let it fail."""
    if os.environ.get("KHSEARCH_OPENSEARCH_REQUIRED") == "1":
        pytest.fail(f"no OpenSearch node, and KHSEARCH_OPENSEARCH_REQUIRED=1: {reason}")
    pytest.skip(f"no OpenSearch node: {reason}")


def session() -> int:
    """Return the process that all of a test run hangs on: of pytest-xdist's workers, the one that started them."""
    return os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()


def free_ports(count: int) -> list[int]:
    """Return so many ports at which nobody listens, nor at the ones a hundred above: nodes need both."""
    found: list[int] = []
    with ExitStack() as taken:
        while len(found) < count:
            first = taken.enter_context(socket.socket())
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                taken.enter_context(socket.socket()).bind(("127.0.0.1", port + 100))
            except (OSError, OverflowError):
                continue
            found.append(port)
    return found


@contextmanager
def _until_stopped(name: str) -> Iterator[None]:
    try:
        yield
    finally:
        stop(name)


def _run(*arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    told = {**os.environ, **(environment or {})}
    return subprocess.run([str(SCRIPT), *arguments], env=told, capture_output=True, text=True, check=False)
