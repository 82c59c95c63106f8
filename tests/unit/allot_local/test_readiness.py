from __future__ import annotations

import ssl

from allot_local.readiness import answers, wait_until


def test_waiting_ends_as_soon_as_it_is_so() -> None:
    states = iter([False, False, True])

    assert wait_until(lambda: next(states), timeout_seconds=5)


def test_waiting_ends_when_time_is_up() -> None:
    assert not wait_until(lambda: False, timeout_seconds=0.0)


def test_nobody_there_is_no_answer() -> None:
    assert not answers("https://127.0.0.1:1/readyz", ssl.create_default_context())
