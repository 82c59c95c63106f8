from __future__ import annotations

import pytest
from obstore.exceptions import (
    GenericError,
    NotFoundError,
    PermissionDeniedError,
    UnauthenticatedError,
    UnknownConfigurationKeyError,
)

from allot_runtime.errors import SourceReason
from allot_runtime.sources.buckets import translate


@pytest.mark.parametrize(
    ("error", "reason", "may_pass"),
    [
        (NotFoundError("gone"), SourceReason.NOT_FOUND, False),
        (FileNotFoundError("gone"), SourceReason.NOT_FOUND, False),
        (PermissionDeniedError("no"), SourceReason.UNAUTHORIZED, False),
        (UnauthenticatedError("no"), SourceReason.UNAUTHORIZED, False),
        (UnknownConfigurationKeyError("what"), SourceReason.INVALID_SOURCE, False),
        (GenericError("timeout"), SourceReason.UNREACHABLE, True),
        (OSError("timeout"), SourceReason.UNREACHABLE, True),
    ],
)
def test_the_clients_errors_in_our_words(
    error: Exception, reason: SourceReason, may_pass: bool
) -> None:
    fault = translate(error, "s3://bucket/a")

    assert (fault.reason, fault.may_pass) == (reason, may_pass)
    assert "s3://bucket/a" in fault.message


def test_a_signature_in_an_error_is_not_repeated() -> None:
    error = GenericError("GET https://host/a?X-Amz-Signature=abc failed\nmore")

    assert "abc" not in translate(error, "s3://bucket/a").message
