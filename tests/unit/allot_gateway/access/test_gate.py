"""The gate as a whole: fake cluster behind it, a clock beside it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from allot_api.api_keys import RateLimit
from allot_gateway.access.actions import ANYBODY, Action, Caller, Verb
from allot_gateway.access.faults import Refusal
from allot_gateway.access.gate import OpenGate, find_authorization
from allot_protocol.errors import RequestFault
from tests.unit.allot_gateway.access.clock import START
from tests.unit.allot_gateway.access.people import DELETE, INFER, SHOP, World, header, shown

KEY = shown("ApiKey", "app", "s")


async def status_of(
    world: World, headers: list[tuple[bytes, bytes]], action: Action | None = INFER
) -> int:
    try:
        await world.gate.admit(headers, action)
    except RequestFault as fault:
        return fault.status
    return 200


async def test_an_open_gate_asks_nobody() -> None:
    assert await OpenGate().admit([], INFER) is ANYBODY


@pytest.mark.parametrize("scheme", ["ApiKey", "Bearer", "Basic"])
async def test_a_key_is_admitted_by_each_scheme(scheme: str) -> None:
    world = World()
    world.add_key(groups=("readers",))
    world.allow("readers")

    caller = await world.gate.admit(shown(scheme, "app", "s"), INFER)

    assert caller == Caller("app", ("readers", "system:authenticated"), "app")


async def test_a_token_is_admitted_as_its_user() -> None:
    world = World()
    world.add_token("a.b.c", "system:serviceaccount:shop:client", groups=["g"], uid="u")
    world.allow("g")

    caller = await world.gate.admit(header("Bearer a.b.c"), INFER)

    assert caller == Caller("system:serviceaccount:shop:client", ("g",))
    assert world.cluster.reviewer.specs[1]["uid"] == "u"


async def test_headers_may_be_a_mapping() -> None:
    world = World()
    world.add_key()
    world.allow("app")
    value = KEY[1][1].decode()

    for name in ("authorization", "Authorization"):
        assert (await world.gate.admit({name: value}, INFER)).user == "app"


async def test_who_is_not_known_is_told_so_before_what_is_allowed() -> None:
    world = World()
    world.add_key()

    assert await status_of(world, []) == 401
    assert await status_of(world, header("nonsense")) == 401
    assert await status_of(world, shown("ApiKey", "app", "wrong")) == 401
    assert await status_of(world, shown("ApiKey", "nobody", "s")) == 401
    assert await status_of(world, header("Bearer a.b.c")) == 401
    assert await status_of(world, KEY) == 403
    assert await status_of(world, [*KEY, *KEY]) == 401


async def test_one_may_do_what_rbac_allows_and_no_more() -> None:
    world = World()
    world.add_key()
    world.allow("app", Verb.INFER, "my-e5")

    assert await status_of(world, KEY) == 200
    assert await status_of(world, KEY, DELETE) == 403
    assert await status_of(world, KEY, Action(Verb.INFER, SHOP, "other")) == 403
    assert await status_of(world, KEY, Action(Verb.INFER, "elsewhere", "my-e5")) == 403


async def test_who_is_refused_is_known_to_the_audit() -> None:
    world = World()
    world.add_key(limit=RateLimit(0.01, 1))
    world.allow("app")
    refusals: list[tuple[int, str | None]] = []

    for headers, action in ((KEY, DELETE), (KEY, INFER), (KEY, INFER), ([], INFER)):
        try:
            await world.gate.admit(headers, action)
        except Refusal as refusal:
            refusals.append((refusal.status, refusal.caller and refusal.caller.user))
    world.cluster.away = True
    with pytest.raises(Refusal) as caught:
        await world.gate.admit(KEY, Action(Verb.GET, SHOP, "my-e5"))

    assert refusals == [(403, "app"), (429, "app"), (401, None)]
    assert caught.value.caller is not None
    assert caught.value.status == 503


async def test_who_only_says_hello_need_only_be_known() -> None:
    world = World()
    world.add_key()

    assert await status_of(world, KEY, None) == 200
    assert await status_of(world, header("Bearer a.b.c"), None) == 401
    assert len(world.cluster.reviewer.specs) == 1


async def test_what_was_admitted_is_asked_about_again_after_seconds() -> None:
    world = World()
    world.add_token("a.b.c", "bob")
    world.allow("bob")

    for _ in range(100):
        await world.gate.admit(header("Bearer a.b.c"), INFER)
    assert world.asked == 2

    world.clock.seconds += 21
    await world.gate.admit(header("Bearer a.b.c"), INFER)
    assert world.asked == 3


async def test_a_right_that_is_given_counts_soon_and_one_that_is_taken_away_too() -> None:
    world = World()
    world.add_key()
    assert await status_of(world, KEY) == 403

    world.allow("app")
    world.clock.seconds += 6
    assert await status_of(world, KEY) == 200

    world.cluster.reviewer.grants.clear()
    world.clock.seconds += 21
    assert await status_of(world, KEY) == 403


async def test_a_key_that_is_removed_counts_no_more_at_once() -> None:
    world = World()
    world.add_key()
    world.allow("app")
    assert await status_of(world, KEY) == 200

    world.remove_key()

    assert await status_of(world, KEY) == 401


async def test_a_key_that_is_changed_counts_at_once() -> None:
    world = World()
    world.add_key(secret="old")
    world.allow("app")
    assert await status_of(world, shown("ApiKey", "app", "old")) == 200

    world.add_key(secret="s")

    assert await status_of(world, shown("ApiKey", "app", "old")) == 401
    assert await status_of(world, KEY) == 200


async def test_a_key_ends_at_its_time_although_it_was_admitted() -> None:
    world = World()
    world.add_key(expires_at=START + timedelta(seconds=10))
    world.allow("app")

    assert await status_of(world, KEY) == 200
    world.clock.seconds += 9.9
    assert await status_of(world, KEY) == 200
    world.clock.seconds += 0.2
    assert await status_of(world, KEY) == 401


async def test_a_key_over_its_rate_is_told_when_to_come_back() -> None:
    world = World()
    world.add_key(limit=RateLimit(0.5, 2))
    world.allow("app")
    world.allow("app", Verb.DELETE)

    assert [await status_of(world, KEY, action) for action in (INFER, DELETE)] == [200, 200]
    with pytest.raises(RequestFault) as caught:
        await world.gate.admit(KEY, INFER)

    assert (caught.value.status, caught.value.retry_after_seconds) == (429, 2)
    world.clock.seconds += 2
    assert await status_of(world, KEY) == 200


async def test_another_limit_counts_at_once_and_another_key_empties_no_bucket() -> None:
    world = World()
    world.add_key(limit=RateLimit(0.01, 1))
    world.allow("app")
    assert [await status_of(world, KEY) for _ in range(2)] == [200, 429]

    world.add_key("another")
    assert await status_of(world, KEY) == 429

    world.add_key(limit=RateLimit(0.01, 3))
    assert [await status_of(world, KEY) for _ in range(4)] == [200, 200, 200, 429]


async def test_without_the_api_server_who_was_admitted_goes_on_for_ten_minutes() -> None:
    world = World()
    world.add_key()
    world.add_token("a.b.c", "bob")
    for user in ("app", "bob"):
        world.allow(user)
    token = header("Bearer a.b.c")
    assert (await status_of(world, KEY), await status_of(world, token)) == (200, 200)

    world.cluster.away = True
    for _ in range(19):
        world.clock.seconds += 30
        assert (await status_of(world, KEY), await status_of(world, token)) == (200, 200)
        assert await status_of(world, KEY, DELETE) == 503
    world.clock.seconds += 31

    assert (await status_of(world, KEY), await status_of(world, token)) == (503, 503)
    world.cluster.away = False
    world.clock.seconds += 3
    assert (await status_of(world, KEY), await status_of(world, token)) == (200, 200)


async def test_before_the_keys_are_read_nobody_is_refused_for_good() -> None:
    world = World()
    world.ring.is_known = False

    assert await status_of(world, KEY) == 503
    assert await status_of(world, header("Bearer a.b.c")) == 401


async def test_many_at_once_ask_once() -> None:
    world = World()
    world.add_token("a.b.c", "bob")
    world.allow("bob")

    await asyncio.gather(*(world.gate.admit(header("Bearer a.b.c"), INFER) for _ in range(200)))

    assert world.asked == 2


def test_one_header_is_found_among_others() -> None:
    assert find_authorization([(b"a", b"b"), (b"authorization", b"x")]) == b"x"
    for headers in ([], [(b"authorization", b"x")] * 2, {}):
        with pytest.raises(RequestFault):
            find_authorization(headers)
