from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from allot_runtime.errors import SourceFault, SourceReason
from allot_runtime.sources.locator import (
    BucketLocator,
    ClaimLocator,
    FileLocator,
    HubLocator,
    Locator,
    PackageLocator,
    Store,
    WebLocator,
    parse_uri,
)

REVISION = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("uri", "locator"),
    [
        ("package://cognition/model", PackageLocator("cognition", PurePosixPath("model"))),
        ("package://cognition", PackageLocator("cognition", PurePosixPath())),
        ("file:///models/a", FileLocator(Path("/models/a"))),
        (f"hf://a/b.c-d@{REVISION}", HubLocator("a/b.c-d", REVISION)),
        ("https://host:8443/models/a/", WebLocator("https://host:8443/models/a")),
        ("http://127.0.0.1", WebLocator("http://127.0.0.1")),
        ("s3://bucket/models/a/", BucketLocator(Store.S3, "bucket", "models/a")),
        ("gs://bucket", BucketLocator(Store.GOOGLE, "bucket", "")),
        ("az://container/a", BucketLocator(Store.AZURE, "container", "a")),
        ("pvc://weights/models/a", ClaimLocator("weights", PurePosixPath("models/a"))),
        ("pvc://weights", ClaimLocator("weights", PurePosixPath())),
    ],
)
def test_every_scheme(uri: str, locator: Locator) -> None:
    assert parse_uri(uri) == locator


@pytest.mark.parametrize(
    ("uri", "hint"),
    [
        ("models/a", "write hf://"),
        ("ftp://host/a", 'scheme "ftp" is not known'),
        ("https:///a", "https://HOST/PATH"),
        ("https://host/a#b", "https://HOST/PATH"),
        ("s3://", "s3://BUCKET/PREFIX"),
        ("pvc://Claim/a", "pvc://CLAIM/PATH"),
        ("pvc://claim/../a", "inside the claim's volume"),
        ("package://a/../b", "the path inside the package"),
        ("package:///a", "package://IMPORT_NAME/PATH"),
        ("file://models/a", "three slashes"),
        ("hf://name", "hf://OWNER/NAME@REVISION"),
        (f"hf://a/b/c@{REVISION}", "hf://OWNER/NAME@REVISION"),
    ],
)
def test_what_is_no_source_is_refused_with_what_to_write(uri: str, hint: str) -> None:
    with pytest.raises(SourceFault) as fault:
        parse_uri(uri)

    assert fault.value.reason is SourceReason.INVALID_SOURCE
    assert hint in fault.value.message
    assert f'"{uri}"' in fault.value.message
    assert not fault.value.may_pass


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(SourceFault, match="ALLOT_SOURCE_TOKEN") as fault:
        parse_uri("https://me:secret@host/a")

    assert "secret@" not in fault.value.message


@pytest.mark.parametrize("uri", ["hf://a/b", "hf://a/b@main", "hf://a/b@v1.0", "hf://a/b@0123"])
def test_a_revision_that_may_move_is_a_reason_of_its_own(uri: str) -> None:
    with pytest.raises(SourceFault, match=r"write hf://a/b@ and the 40 hex") as fault:
        parse_uri(uri)

    assert fault.value.reason is SourceReason.REVISION_NOT_PINNED


def test_a_bucket_is_told_by_its_uri() -> None:
    assert BucketLocator(Store.S3, "b", "p/q").url == "s3://b/p/q"
    assert BucketLocator(Store.S3, "b", "").url == "s3://b"
