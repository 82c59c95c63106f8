from __future__ import annotations

import asyncio

import pytest
from starlette.requests import ClientDisconnect

from allot_protocol.errors import ErrorType, RequestFault
from allot_runtime.outcomes import Outcome, classify


@pytest.mark.parametrize("kind", ErrorType)
def test_only_what_the_client_has_to_mend_is_invalid(kind: ErrorType) -> None:
    fault = RequestFault(kind, "x")

    is_invalid = classify(fault) is Outcome.INVALID
    own = {ErrorType.NOT_READY, ErrorType.REJECTED, ErrorType.TIMEOUT, ErrorType.TOO_LARGE}
    assert is_invalid == (400 <= fault.status < 500 and kind not in own)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (ClientDisconnect(), Outcome.CLIENT_LEFT),
        (asyncio.CancelledError(), Outcome.CLIENT_LEFT),
        (ValueError("ours"), Outcome.FAILED),
    ],
)
def test_other_ends(error: BaseException, outcome: Outcome) -> None:
    assert classify(error) is outcome
