"""Requests through the gateway, and what became of each: none of them is tried again."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

# The client's own patience is longer than any deadline that a request names.
PATIENCE = 90.0
INPUT = "a password for the mail of my old account at the bank"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One request: its place in the order of sending, what came, and when it was there.

    Without a status the connection failed, and `text` says how.
    """

    number: int
    url: str
    status: int | None
    text: str
    ended: float

    @property
    def is_clean_refusal(self) -> bool:
        """Whether it is refused in Elasticsearch's words."""
        try:
            body = httpx.Response(200, text=self.text).json()
            cause = {key: body["error"][key] for key in ("type", "reason")}
            return bool(body["status"] == self.status and body["error"]["root_cause"] == [cause])
        except (ValueError, KeyError, TypeError):
            return False


async def send(client: httpx.AsyncClient, number: int, url: str, text: str = INPUT) -> Outcome:
    """Send one request and return what became of it."""
    try:
        answer = await client.post(url, json={"input": [text]})
    except httpx.HTTPError as error:
        return Outcome(number, url, None, repr(error), time.monotonic())
    body = "" if answer.status_code == httpx.codes.OK else answer.text
    return Outcome(number, url, answer.status_code, body, time.monotonic())


def open_client() -> httpx.AsyncClient:
    """Return a client that has as many requests under way as are sent."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    return httpx.AsyncClient(trust_env=False, timeout=PATIENCE, limits=limits)


def burst(urls: Sequence[str], count: int, pause: float, text: str) -> list[Outcome]:
    """Send requests to the URLs in turn, one each `pause` seconds, and wait for all."""

    async def run() -> list[Outcome]:
        async with open_client() as client:
            tasks = []
            for number in range(count):
                url = urls[number % len(urls)]
                tasks.append(asyncio.create_task(send(client, number, url, text)))
                await asyncio.sleep(pause)
            return list(await asyncio.gather(*tasks))

    return asyncio.run(run())


class Load:
    """What became of the requests of a constant load so far."""

    def __init__(self) -> None:
        self.statuses: Counter[int | None] = Counter()
        self.failed: list[Outcome] = []
        self.is_open = True

    @property
    def answers(self) -> int:
        """Return how many were answered well."""
        return self.statuses[200]

    def note(self, outcome: Outcome) -> None:
        """Take in what became of one."""
        self.statuses[outcome.status] += 1
        if outcome.status != httpx.codes.OK:
            self.failed.append(outcome)


@contextmanager
def constant_load(url: str, clients: int, pause: float) -> Iterator[Load]:
    """Have so many clients send, each on a connection that it keeps, until the block ends."""
    load = Load()

    async def keep_sending() -> None:
        async with open_client() as client:
            while load.is_open:
                load.note(await send(client, sum(load.statuses.values()), url))
                await asyncio.sleep(pause)

    async def run() -> None:
        await asyncio.gather(*(keep_sending() for _ in range(clients)))

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    try:
        yield load
    finally:
        load.is_open = False
        thread.join()
