from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from allot_api.api_keys import RateLimit
from allot_cli.errors import KeyRefused
from allot_cli.key.making import Shown, Wishes, build_key, build_password, show_key

NOW = datetime(2027, 1, 1, tzinfo=UTC)


def test_a_key_is_kept_as_a_hash() -> None:
    key = build_key(Wishes("app"), "secret", NOW)

    assert key.hash.matches(b"secret")
    assert not key.hash.is_slow
    assert (key.user, key.groups, key.limit, key.expires_at) == (
        "allot:api-key:app",
        (),
        None,
        None,
    )


def test_what_is_wished_for_is_in_it() -> None:
    wishes = Wishes("app", "search", ("a", "b"), 50, None, "90d")

    key = build_key(wishes, "secret", NOW)

    assert (key.user, key.groups) == ("search", ("a", "b"))
    assert key.limit == RateLimit(50, 50)
    assert key.expires_at == NOW + timedelta(days=90)


def test_a_password_is_kept_by_a_slow_hash() -> None:
    key = build_password(Wishes("bob"), "correct horse", bytes(16), NOW)

    assert key.hash.is_slow
    assert key.hash.matches(b"correct horse")


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        (Wishes("a:b"), "id"),
        (Wishes("a", user="system:admin"), "user"),
        (Wishes("a", groups=("system:masters",)), "groups"),
        (Wishes("a", requests_per_second=0), "requests_per_second"),
        (Wishes("a", burst=5), "--burst"),
        (Wishes("a", expires_in="soon"), "--expires-in"),
        (Wishes("a", expires_in="0d"), "--expires-in"),
    ],
)
def test_what_cannot_be_is_refused_in_words(wishes: Wishes, said: str) -> None:
    with pytest.raises(KeyRefused, match=said):
        build_key(wishes, "secret", NOW)


def test_a_short_password_is_refused() -> None:
    with pytest.raises(KeyRefused, match="12 characters"):
        build_password(Wishes("bob"), "short", bytes(16), NOW)


def test_a_new_key_is_told_as_clients_send_it() -> None:
    encoded = show_key("app", "secret", Shown.ENCODED)

    assert base64.b64decode(encoded) == b"app:secret"
    assert json.loads(show_key("app", "secret", Shown.JSON)) == {
        "id": "app",
        "api_key": "secret",
        "encoded": encoded,
    }
