"""Checks of passwords that people chose: slow on purpose, so one at a time, and remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from allot_api.key_hashes import SecretHash
from allot_gateway.access.answers import Answers, Crowded, NotAnswered, Terms
from allot_gateway.access.faults import cannot_ask

PASSWORD_TERMS = Terms(
    good_seconds=300, bad_seconds=10, stale_seconds=0, ask_seconds=10, most_asked=16
)

_Asked = tuple[SecretHash, bytes]
Check = Callable[[SecretHash, bytes], Awaitable[bool]]


async def check_on_thread(kept: SecretHash, secret: bytes) -> bool:
    """Return whether a password is right, by a thread: a quarter of a second without the GIL."""
    return await asyncio.to_thread(kept.matches, secret)


class Passwords:
    """Says whether passwords are right; each takes 32 MiB and a core, and strangers can ask."""

    def __init__(self, *, now: Callable[[], float], check: Check = check_on_thread) -> None:
        self._check = check
        self._turn = asyncio.Semaphore(1)
        self._answers: Answers[_Asked, bool] = Answers(
            self._ask, bool, PASSWORD_TERMS, now=now, away=MemoryError
        )

    async def is_right(self, kept: SecretHash, secret: bytes, digest: bytes) -> bool:
        """Whether it is the password; `digest` stands for it in what is remembered.

        Raises RequestFault (503) while too many others are being checked.
        """
        try:
            # With another hash, after a change of the password, it is another question.
            return (await self._answers.get((digest, str(kept)), (kept, secret))).answer
        except (NotAnswered, Crowded):
            raise cannot_ask("the password", "many others are being checked") from None

    async def close(self) -> None:
        """End the checks that are under way."""
        await self._answers.close()

    async def _ask(self, asked: _Asked) -> bool:
        async with self._turn:
            return await self._check(*asked)
