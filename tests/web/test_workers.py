"""A few threads and a line before them: who waits, who is refused, who has gone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from khsearch import Index
from khsearch.web import Bounds
from khsearch.web.answers import GONE, json_error, served
from khsearch.web.site import Site
from khsearch.web.workers import BusyError, Workers

LITTLE = Bounds(threads=1, waiting=1, seconds=0.2)
PATIENT = Bounds(threads=1, waiting=1, seconds=60)


class Gate:
    """Work that ends when it may, and tells how often it began."""

    def __init__(self) -> None:
        self.begun = 0
        self.may_end = threading.Event()

    def __call__(self) -> int:
        self.begun += 1
        assert self.may_end.wait(20)
        return self.begun


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never holds")


def test_beyond_the_line_work_is_refused_at_once_and_taken_again_when_there_is_room() -> None:
    async def crowd() -> None:
        workers, gate = Workers(PATIENT), Gate()
        first, second = (asyncio.ensure_future(workers.run(gate)) for _ in range(2))
        await until(lambda: gate.begun == 1)
        with pytest.raises(BusyError, match="too many searches"):
            await workers.run(gate)
        gate.may_end.set()
        assert [await first, await second] == [1, 2]
        assert await workers.run(gate) == 3
        workers.close()

    asyncio.run(crowd())


def test_who_waits_too_long_is_sent_away_and_the_thread_stays_taken_until_it_ends() -> None:
    async def slow() -> None:
        workers, gate = Workers(LITTLE), Gate()
        with pytest.raises(BusyError, match=r"no answer within 0\.2 seconds"):
            await workers.run(gate)
        with pytest.raises(BusyError):
            await workers.run(gate)  # it waits behind the first
        assert gate.begun == 1
        gate.may_end.set()
        assert await workers.run(gate) == 2
        workers.close()

    asyncio.run(slow())


def test_what_work_raises_is_raised() -> None:
    async def wrong() -> None:
        workers = Workers(PATIENT)
        for _ in range(5):
            with pytest.raises(ZeroDivisionError):
                await workers.run(lambda: 1 // 0)
        workers.close()

    asyncio.run(wrong())


def request(receive: Callable[[], Awaitable[dict[str, Any]]]) -> Request:
    return Request({"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}, receive)


def test_work_for_a_client_that_has_gone_is_not_begun() -> None:
    async def leave() -> None:
        site = Site(Index.memory(), "", bounds=PATIENT)
        busy, gate, gone = Gate(), Gate(), asyncio.Event()

        async def endpoint(_request: Request, site: Site) -> Response:
            return Response(str(await site.run(lambda _: gate())))

        async def receive() -> dict[str, Any]:
            await gone.wait()
            return {"type": "http.disconnect"}

        first = asyncio.ensure_future(site.run(lambda _: busy()))
        await until(lambda: busy.begun == 1)
        second = asyncio.ensure_future(served(endpoint, site, json_error)(request(receive)))
        await asyncio.sleep(0.05)
        gone.set()
        assert (await second).status_code == GONE
        busy.may_end.set()
        gate.may_end.set()
        await first
        assert await site.run(lambda _: "next") == "next"
        assert gate.begun == 0
        site.workers.close()

    asyncio.run(leave())


def test_faults_tell_nothing_of_the_machine(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> Response:
        site = Site(Index.memory(), "", bounds=PATIENT)

        async def endpoint(_request: Request, _site: Site) -> Response:
            raise OSError("/home/secret")

        async def receive() -> dict[str, Any]:
            await asyncio.sleep(60)
            raise AssertionError

        return await served(endpoint, site, json_error)(request(receive))

    answer = asyncio.run(fail())
    assert answer.status_code == 500
    assert b"secret" not in bytes(answer.body)
    assert "secret" in caplog.text
