from __future__ import annotations

import pytest
from obstore.exceptions import (
    GenericError,
    NotFoundError,
    PermissionDeniedError,
    UnauthenticatedError,
)

from allot_runtime.errors import SourceFault, SourceReason
from allot_runtime.sources.buckets import BucketSource, translate
from allot_runtime.sources.locator import BucketLocator, Store


@pytest.mark.parametrize(
    ("error", "reason", "may_pass"),
    [
        (NotFoundError("gone"), SourceReason.NOT_FOUND, False),
        (FileNotFoundError("gone"), SourceReason.NOT_FOUND, False),
        (PermissionDeniedError("no"), SourceReason.UNAUTHORIZED, False),
        (UnauthenticatedError("no"), SourceReason.UNAUTHORIZED, False),
        (
            GenericError("PUT http://169.254.169.254/latest/api/token"),
            SourceReason.UNAUTHORIZED,
            True,
        ),
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


def test_a_store_that_lacks_a_setting_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_NAME", raising=False)

    with pytest.raises(SourceFault, match="Account must be specified") as fault:
        BucketSource(BucketLocator(Store.AZURE, "container", "a"))

    assert fault.value.reason is SourceReason.INVALID_SOURCE


def test_google_and_azure_are_reached_by_their_own_variables(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "mine")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "eA==")

    for store in (Store.AZURE, Store.GOOGLE):
        assert isinstance(BucketSource(BucketLocator(store, "bucket", "a")), BucketSource)
