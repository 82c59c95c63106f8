from __future__ import annotations

from http import HTTPStatus

import pytest

from allot_protocol.errors import ErrorType, RequestFault


@pytest.mark.parametrize("kind", ErrorType)
def test_every_error_has_a_status_and_a_name_that_clients_know(kind: ErrorType) -> None:
    fault = RequestFault(kind, "why")

    is_ours = kind in {
        ErrorType.FAILED,
        ErrorType.BAD_GATEWAY,
        ErrorType.UNAVAILABLE,
        ErrorType.START_FAILED,
    }
    assert (400 <= HTTPStatus(fault.status) < 500) == (not is_ours)
    assert fault.wire_type.endswith("_exception")


def test_a_full_queue_is_elasticsearchs_429() -> None:
    fault = RequestFault(ErrorType.REJECTED, "full", retry_after_seconds=1)

    assert (fault.status, fault.wire_type) == (429, "es_rejected_execution_exception")
