from __future__ import annotations

import pytest

from allot_runtime.sources.redaction import redact


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://me:secret@host/path", "https://...@host/path"),
        ("for url 'https://host/a?X-Amz-Signature=abc&b=c' it", "for url 'https://host/a?...' it"),
        ("s3://key@bucket", "s3://...@bucket"),
        ("hf://a/b@main", "hf://a/b@main"),
        ("a question? No URL", "a question? No URL"),
    ],
)
def test_what_is_secret_in_an_address_is_not_shown(text: str, shown: str) -> None:
    assert redact(text) == shown
