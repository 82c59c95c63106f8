from __future__ import annotations

import pytest

from allot_gateway.access.in_flight import InFlight
from allot_protocol.errors import RequestFault


def test_a_place_that_is_given_back_is_free() -> None:
    places = InFlight(1)

    with places, pytest.raises(RequestFault) as caught, places:
        pass
    with places:
        assert places.count == 1

    assert (caught.value.status, caught.value.retry_after_seconds) == (429, 1)
    assert places.count == 0


def test_a_request_that_fails_gives_its_place_back() -> None:
    places = InFlight(1)

    with pytest.raises(KeyError), places:
        raise KeyError

    assert places.count == 0
