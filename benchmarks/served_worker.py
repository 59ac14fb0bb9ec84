"""python -m benchmarks.served_worker WORK ...: one side of a site under load, in a process of its own.

    clients  URL QUERIES COUNT SECONDS    so many clients, each with one connection, asking one query after the other
    threads  INDEX QUERIES COUNT SECONDS  so many threads of one `Index` that do what the server does, without HTTP
    write    INDEX SECONDS                a commit each second, of documents that no query finds

QUERIES is a JSON file, {query: totals that may be told}. The result is JSON on stdout.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, urlsplit

import orjson

from khsearch import Document, Index

POSTED = 5
"""Documents of each commit."""

_LONGEST = 60.0  # seconds that an answer is waited for
_TOTAL = re.compile(rb'"total":(\d+)')
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_AGAIN = re.compile(rb"retry-after: *\d", re.IGNORECASE)


class Clients:
    """Clients of one server: what they were told, and how long they waited, in milliseconds."""

    def __init__(self, url: str, wanted: dict[str, list[int]], seconds: float) -> None:
        parts = urlsplit(url)
        self._host, self._port = str(parts.hostname), int(parts.port or 80)
        self._wanted = [
            (f"GET /api/search?q={quote(query)} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode(), totals)
            for query, totals in wanted.items()
        ]
        self._until = time.monotonic() + seconds
        self.waited: list[float] = []
        self.told: Counter[str] = Counter()

    async def client(self, number: int) -> None:
        """Ask, from another query on than others, until the time is up; a connection that breaks is an error."""
        reader, writer = await asyncio.open_connection(self._host, self._port)
        at = number * 37
        while time.monotonic() < self._until:
            request, totals = self._wanted[at % len(self._wanted)]
            at += 1
            started = time.perf_counter()
            writer.write(request)
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _LONGEST)
            length = _LENGTH.search(head)
            body = await reader.readexactly(int(length[1]) if length else 0)
            took = 1000 * (time.perf_counter() - started)
            status = head[9:12].decode()
            if status == "200":
                found = _TOTAL.search(body)
                is_right = found is not None and int(found[1]) in totals
                self.told["right" if is_right else "wrong"] += 1
                self.waited.append(took)
            elif status == "503" and _AGAIN.search(head):
                self.told["busy"] += 1
                await asyncio.sleep(0.05)
            else:
                self.told[status] += 1
        writer.close()


async def _clients(url: str, wanted: dict[str, list[int]], count: int, seconds: float) -> dict[str, object]:
    clients = Clients(url, wanted, seconds)
    started = time.perf_counter()
    ended = await asyncio.gather(*map(clients.client, range(count)), return_exceptions=True)
    broken = [repr(one) for one in ended if isinstance(one, BaseException)]
    clients.told["broken"] += len(broken)
    seconds = time.perf_counter() - started
    return {"told": clients.told, "waited": clients.waited, "seconds": seconds, "broken": broken[:3]}


def _threads(path: str, wanted: dict[str, list[int]], count: int, seconds: float) -> dict[str, object]:
    index = Index.open(path)
    index.warm()
    queries = list(wanted.items())
    started = time.perf_counter()

    def ask(number: int) -> int:
        at, done = number * 37, 0
        while time.perf_counter() < started + seconds:
            query, totals = queries[at % len(queries)]
            at += 1
            found = index.search(query)
            body = orjson.dumps(found.to_dict())
            done += found.total in totals and len(body) > 0
        return done

    with ThreadPoolExecutor(count) as pool:
        done = sum(pool.map(ask, range(count)))
    return {"rate": done / (time.perf_counter() - started)}


def _write(path: str, seconds: float) -> dict[str, object]:
    index = Index.open(path)
    until, number = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        began = time.monotonic()
        with index.writer(wait=10) as writer:
            for which in range(POSTED):
                # The first ones are replaced again and again, so that documents are deleted, too.
                writer.add(Document(f"posted{number * POSTED % 200 + which}", "", f"posted {number} {which}"))
        number += 1
        time.sleep(max(0.0, began + 1 - time.monotonic()))
    return {"commits": number}


def main(work: str, place: str, *rest: str) -> None:
    """Do one of the works."""
    if work == "write":
        found = _write(place, float(rest[0]))
    else:
        wanted = json.loads(Path(rest[0]).read_text("utf-8"))
        count, seconds = int(rest[1]), float(rest[2])
        found = (
            asyncio.run(_clients(place, wanted, count, seconds))
            if work == "clients"
            else _threads(place, wanted, count, seconds)
        )
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
