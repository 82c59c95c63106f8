"""Questions that are dear to ask: answers are kept for a while, and one is asked once at a time.

      fresh ─────────► stale ──────────► too old
      no question      asked; counts     asked; without an answer
                       on without one    nothing is said

Good and bad answers are kept apart, so that whoever tries thousands of wrong tokens pushes no
right one out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Terms:
    """For how long answers count, and how much may be kept and asked; times in seconds."""

    good_seconds: float
    bad_seconds: float
    stale_seconds: float = 600.0
    """How old an answer may be that counts because there is no newer one."""
    patience_seconds: float = 1.0
    """How long a newer answer is waited for where a stale one is at hand."""
    ask_seconds: float = 5.0
    """How long an answer is waited for where there is none."""
    trouble_seconds: float = 2.0
    """For how long, after a question without an answer, stale ones count at once."""
    most_kept: int = 10_000
    most_asked: int = 64


@dataclass(frozen=True, slots=True)
class Kept(Generic[Answer]):
    """An answer, when it was given, and until when nobody need ask again."""

    answer: Answer
    at: float
    until: float


class NotAnswered(Exception):
    """There is no answer, nor one that still counts; the message says why."""


class Crowded(Exception):
    """As many questions as may be are being asked already."""


class Shelf(Generic[Answer]):
    """Answers by key, the oldest dropped for the newest once there are too many."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[Hashable, Kept[Answer]] = {}

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._kept)

    def find(self, key: Hashable) -> Kept[Answer] | None:
        """Return the answer, however old."""
        return self._kept.get(key)

    def put(self, key: Hashable, kept: Kept[Answer]) -> None:
        """Keep an answer as the newest."""
        self._kept.pop(key, None)
        while len(self._kept) >= self._most:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = kept

    def drop(self, key: Hashable) -> None:
        """Forget an answer, if there is one."""
        self._kept.pop(key, None)


class Answers(Generic[Question, Answer]):
    """Asks, keeps and finds; `ask` raises `away` where there is no answer."""

    def __init__(
        self,
        ask: Callable[[Question], Awaitable[Answer]],
        is_good: Callable[[Answer], bool],
        terms: Terms,
        *,
        now: Callable[[], float],
        away: type[Exception],
    ) -> None:
        self._ask = ask
        self._is_good = is_good
        self._terms = terms
        self._now = now
        self._away = away
        self._good: Shelf[Answer] = Shelf(terms.most_kept)
        self._bad: Shelf[Answer] = Shelf(terms.most_kept)
        self._asking: dict[Hashable, asyncio.Task[Kept[Answer] | NotAnswered]] = {}
        self._troubled_until = 0.0

    async def get(self, key: Hashable, question: Question) -> Kept[Answer]:
        """Return the answer, kept or new; raises NotAnswered and Crowded."""
        kept = self._good.find(key) or self._bad.find(key)
        now = self._now()
        if kept is not None and now < kept.until:
            return kept
        if kept is None or now - kept.at > self._terms.stale_seconds:
            return await self._wait(self._begin(key, question))
        return await self._prefer_new(key, question, kept)

    async def close(self) -> None:
        """End the questions that are under way."""
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _wait(self, task: asyncio.Task[Kept[Answer] | NotAnswered]) -> Kept[Answer]:
        done, _ = await asyncio.wait({task}, timeout=self._terms.ask_seconds)
        if not done:
            raise NotAnswered(f"no answer in {self._terms.ask_seconds:g} s")
        found = task.result()
        if isinstance(found, NotAnswered):
            raise NotAnswered(*found.args)
        return found

    async def _prefer_new(
        self, key: Hashable, question: Question, kept: Kept[Answer]
    ) -> Kept[Answer]:
        """Return a new answer, or the stale one where there is none for now."""
        try:
            task = self._begin(key, question)
        except Crowded:
            return self._lengthened(kept)
        if self._now() >= self._troubled_until:
            done, _ = await asyncio.wait({task}, timeout=self._terms.patience_seconds)
            if not done:
                self._troubled_until = self._now() + self._terms.trouble_seconds
        if task.done() and isinstance(found := task.result(), Kept):
            return found
        return self._lengthened(kept)

    def _lengthened(self, kept: Kept[Answer]) -> Kept[Answer]:
        """Return a stale answer that nobody need ask about for a moment."""
        until = self._now() + min(self._terms.trouble_seconds, self._terms.bad_seconds)
        return Kept(kept.answer, kept.at, min(until, kept.at + self._terms.stale_seconds))

    def _begin(self, key: Hashable, question: Question) -> asyncio.Task[Kept[Answer] | NotAnswered]:
        task = self._asking.get(key)
        if task is None:
            if len(self._asking) >= self._terms.most_asked:
                raise Crowded
            task = asyncio.create_task(self._ask_and_keep(key, question))
            self._asking[key] = task
            task.add_done_callback(lambda _: self._asking.pop(key, None))
        return task

    async def _ask_and_keep(self, key: Hashable, question: Question) -> Kept[Answer] | NotAnswered:
        """Return what is kept from now on; a failure is a value, since nobody may wait for it."""
        try:
            answer = await self._ask(question)
        except self._away as error:
            self._troubled_until = self._now() + self._terms.trouble_seconds
            return NotAnswered(str(error))
        now = self._now()
        good = self._is_good(answer)
        seconds = self._terms.good_seconds if good else self._terms.bad_seconds
        kept = Kept(answer, now, now + seconds)
        (self._good if good else self._bad).put(key, kept)
        (self._bad if good else self._good).drop(key)
        return kept
