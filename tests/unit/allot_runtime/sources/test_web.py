from __future__ import annotations

import pytest

from allot_runtime.sources.web import may_send_token


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://host/a", True),
        ("http://host/a", False),
        ("http://127.0.0.1:8080/a", True),
        ("http://[::1]/a", True),
        ("http://localhost/a", True),
        ("http://10.0.0.1/a", False),
    ],
)
def test_a_token_goes_only_where_nobody_listens(url: str, may: bool) -> None:
    assert may_send_token(url) == may
