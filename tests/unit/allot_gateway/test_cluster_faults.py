from __future__ import annotations

from datetime import timedelta

import pytest

from allot_cluster.errors import (
    AlreadyExists,
    ClusterError,
    Conflict,
    Expired,
    Forbidden,
    Invalid,
    NotFound,
    Unavailable,
)
from allot_gateway.cluster_faults import describe_failure


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Conflict("x"), 409),
        (Forbidden("x"), 403),
        (Invalid("x"), 400),
        (NotFound("x"), 404),
        (Unavailable("x"), 503),
        (Expired("x"), 503),
        (AlreadyExists("x"), 409),
    ],
)
def test_each_failure_has_its_status_and_the_servers_words(
    error: ClusterError, status: int
) -> None:
    fault = describe_failure(error)

    assert fault.status == status
    assert fault.message.endswith(": x")


def test_a_server_that_says_when_is_believed() -> None:
    asked = describe_failure(Unavailable("x", retry_after=timedelta(seconds=7)))

    assert asked.retry_after_seconds == 7
