from __future__ import annotations

import httpx2
import pytest
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from allot_runtime.errors import SourceReason
from allot_runtime.sources.hub import translate
from allot_runtime.sources.locator import HubLocator

LOCATOR = HubLocator("a/b", "0" * 40)


def answered(kind: type[HfHubHTTPError], status: int) -> HfHubHTTPError:
    request = httpx2.Request("GET", "http://127.0.0.1/")
    return kind("refused", response=httpx2.Response(status, request=request))


@pytest.mark.parametrize(
    ("error", "reason", "may_pass"),
    [
        (answered(GatedRepoError, 403), SourceReason.UNAUTHORIZED, False),
        (answered(RepositoryNotFoundError, 401), SourceReason.UNAUTHORIZED, False),
        (answered(RepositoryNotFoundError, 404), SourceReason.NOT_FOUND, False),
        (answered(RevisionNotFoundError, 404), SourceReason.NOT_FOUND, False),
        (EntryNotFoundError("no file"), SourceReason.NOT_FOUND, False),
        (answered(HfHubHTTPError, 403), SourceReason.UNAUTHORIZED, False),
        (answered(HfHubHTTPError, 429), SourceReason.UNREACHABLE, True),
        (answered(HfHubHTTPError, 503), SourceReason.UNREACHABLE, True),
        (answered(HfHubHTTPError, 400), SourceReason.NOT_FOUND, False),
        (httpx2.ConnectError("refused"), SourceReason.UNREACHABLE, True),
        (TimeoutError("slow"), SourceReason.UNREACHABLE, True),
    ],
)
def test_the_hubs_errors_in_our_words(
    error: Exception, reason: SourceReason, may_pass: bool
) -> None:
    fault = translate(error, LOCATOR)

    assert (fault.reason, fault.may_pass) == (reason, may_pass)
    assert "a/b@" in fault.message
