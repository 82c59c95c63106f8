from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_api.api_keys import (
    ApiKey,
    RateLimit,
    UnusableKey,
    build_api_key_secret,
    check_limit,
    encode_credentials,
    is_api_key,
    parse_api_key,
)
from allot_api.key_hashes import hash_key

HASH = hash_key(b"secret")
WHOLE = ApiKey(
    id="search-app",
    hash=HASH,
    user="search",
    groups=("readers", "night shift"),
    limit=RateLimit(50, 100),
    expires_at=datetime(2027, 5, 1, tzinfo=UTC),
)


def a_secret(**data: str) -> dict[str, Any]:
    chosen = {"id": "a", "hash": str(HASH), **data}
    return {
        "data": {name: base64.b64encode(text.encode()).decode() for name, text in chosen.items()}
    }


def test_a_key_is_read_as_it_was_written() -> None:
    secret = build_api_key_secret(WHOLE, "allot-system")

    assert is_api_key(secret)
    assert parse_api_key(secret) == WHOLE
    assert secret["metadata"]["labels"]["app.kubernetes.io/component"] == "gateway"
    assert secret["metadata"]["name"].startswith("allot-key-search-app-")


def test_a_key_may_leave_out_all_but_id_and_hash() -> None:
    assert parse_api_key(a_secret()) == ApiKey("a", HASH, "allot:api-key:a")


def test_a_time_in_another_zone_is_the_same_time() -> None:
    key = parse_api_key(a_secret(expires_at="2027-05-01T02:00:00+02:00"))

    assert key.expires_at == datetime(2027, 5, 1, tzinfo=UTC)
    zoned = ApiKey(
        "a", HASH, "u", expires_at=datetime(2027, 5, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    )
    assert parse_api_key(build_api_key_secret(zoned, "n")).expires_at == zoned.expires_at


def test_a_rate_without_a_burst_lets_a_second_of_it_in_at_once() -> None:
    assert check_limit(50) == RateLimit(50, 50)
    assert check_limit(0.1) == RateLimit(0.1, 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", ""),
        ("id", "a:b"),
        ("id", "-a"),
        ("id", "a" * 65),
        ("hash", "secret"),
        ("user", "system:admin"),
        ("user", "a\nb"),
        ("groups", "good\nsystem:masters"),
        ("groups", "\n".join(str(number) for number in range(65))),
        ("requests_per_second", "0"),
        ("requests_per_second", "nan"),
        ("requests_per_second", "inf"),
        ("requests_per_second", "often"),
        ("burst", "5"),
        ("expires_at", "tomorrow"),
        ("expires_at", "2027-05-01T00:00:00"),
    ],
)
def test_what_is_wrong_is_named_and_not_shown(field: str, value: str) -> None:
    with pytest.raises(UnusableKey) as caught:
        parse_api_key(a_secret(**{field: value}))

    assert str(caught.value).startswith(f"{field}: ")
    assert not value or len(value) < 4 or value not in str(caught.value)


def test_data_that_is_no_text_is_refused() -> None:
    for value in ("!", base64.b64encode(b"\xff\xfe").decode()):
        with pytest.raises(UnusableKey, match=r"^data: "):
            parse_api_key({"data": {"id": value}})
    with pytest.raises(UnusableKey):
        parse_api_key({"data": None})


def test_clients_send_both_halves_in_base64() -> None:
    assert base64.b64decode(encode_credentials("id", "secret")) == b"id:secret"


@given(
    st.dictionaries(
        st.sampled_from(
            ["id", "hash", "user", "groups", "burst", "requests_per_second", "expires_at"]
        ),
        st.text(max_size=80),
    )
)
def test_any_secret_is_read_or_refused(data: dict[str, str]) -> None:
    try:
        key = parse_api_key(a_secret(**data))
    except UnusableKey:
        return
    assert not key.user.startswith("system:")
