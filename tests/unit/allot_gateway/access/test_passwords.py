from __future__ import annotations

import asyncio

from allot_api.key_hashes import SecretHash
from allot_gateway.access.passwords import PASSWORD_TERMS, Passwords, check_on_thread
from allot_protocol.errors import RequestFault
from tests.unit.allot_gateway.access.clock import Clock
from tests.unit.allot_gateway.access.people import quick_password

KEPT = quick_password(b"correct horse")


async def test_a_thread_checks() -> None:
    assert await check_on_thread(KEPT, b"correct horse")
    assert not await check_on_thread(KEPT, b"wrong")


async def test_one_is_checked_at_a_time_and_too_many_are_put_off() -> None:
    begun, now, most = asyncio.Event(), 0, 0

    async def check(kept: SecretHash, secret: bytes) -> bool:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await begun.wait()
        now -= 1
        return False

    passwords = Passwords(now=Clock().now, check=check)
    waiting = [
        asyncio.create_task(passwords.is_right(KEPT, b"x", bytes([number])))
        for number in range(PASSWORD_TERMS.most_asked + 1)
    ]
    await asyncio.sleep(0.01)
    begun.set()
    found = await asyncio.gather(*waiting, return_exceptions=True)

    assert most == 1
    assert found.count(False) == PASSWORD_TERMS.most_asked
    assert [one.status for one in found if isinstance(one, RequestFault)] == [503]


async def test_one_who_knows_a_password_is_asked_again_after_minutes() -> None:
    checked: list[bytes] = []

    async def check(kept: SecretHash, secret: bytes) -> bool:
        checked.append(secret)
        return kept.matches(secret)

    clock = Clock()
    passwords = Passwords(now=clock.now, check=check)
    for _ in range(3):
        assert await passwords.is_right(KEPT, b"correct horse", b"d")
        clock.seconds += 200
    await passwords.close()

    assert len(checked) == 2
