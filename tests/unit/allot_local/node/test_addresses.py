from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_local.node.addresses import choose_address, reserved_addresses
from allot_local.node.errors import NodeError

NETWORK = "127.17.0.0/16"


@given(st.integers(1, 400))
def test_addresses_are_distinct_and_not_soon_reused(number: int) -> None:
    given: list[str] = []
    for _ in range(number):
        # Only the last one is still taken.
        given.append(choose_address(NETWORK, given[-1:], given[-1] if given else ""))

    assert len(set(given)) == number


def test_the_first_addresses_are_left_for_people() -> None:
    assert choose_address(NETWORK, []) == "127.17.1.1"


def test_after_the_last_comes_the_first_that_is_free() -> None:
    assert choose_address(NETWORK, ["127.17.1.1"], "127.17.255.254") == "127.17.1.2"


def test_a_network_that_is_full_is_told() -> None:
    everything = {f"127.17.{third}.{fourth}" for third in range(256) for fourth in range(256)}

    with pytest.raises(NodeError, match=r"127\.17\.0\.0/16 has no free address"):
        choose_address(NETWORK, everything)


def test_no_pod_gets_an_address_that_is_reserved() -> None:
    reserved = reserved_addresses(NETWORK)

    assert (reserved[0], reserved[-1], len(set(reserved))) == ("127.17.0.1", "127.17.0.255", 255)
    assert choose_address(NETWORK, [], "127.17.255.254") not in reserved
