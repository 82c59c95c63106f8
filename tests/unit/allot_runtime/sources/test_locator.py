from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from allot_runtime.errors import SourceFault, SourceReason
from allot_runtime.sources.locator import (
    FileLocator,
    HubLocator,
    Locator,
    PackageLocator,
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
    ],
)
def test_the_three_schemes(uri: str, locator: Locator) -> None:
    assert parse_uri(uri) == locator


@pytest.mark.parametrize(
    ("uri", "hint"),
    [
        ("models/a", "write hf://"),
        ("s3://bucket/a", 'scheme "s3" is not known'),
        ("package://a/../b", "the path inside the package"),
        ("package:///a", "package://IMPORT_NAME/PATH"),
        ("file://models/a", "three slashes"),
        ("hf://name", "hf://OWNER/NAME@REVISION"),
        ("hf://a/b", "whole commit id"),
        ("hf://a/b@main", "whole commit id"),
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
