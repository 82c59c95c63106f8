from __future__ import annotations

import pytest

from allot_gateway.routing import faults
from allot_gateway.view.state import DeploymentKey, Target

TARGET = Target(DeploymentKey("default", "my-elser"), None, None, ())


@pytest.mark.parametrize(
    ("tokens", "rate", "seconds"),
    [
        (12_000, 4000.0, 3),
        (12_001, 4000.0, 4),
        (5, 4000.0, 1),
        (10**9, 4000.0, 60),
        # Nothing was done yet: what the runtime says of its own line.
        (12_000, 0.0, 1),
    ],
)
def test_a_full_line_says_when_what_waits_is_done(tokens: int, rate: float, seconds: int) -> None:
    fault = faults.full_line(TARGET, 40, tokens, rate)

    assert (fault.status, fault.retry_after_seconds) == (429, seconds)
    assert "40 inputs wait" in fault.message
