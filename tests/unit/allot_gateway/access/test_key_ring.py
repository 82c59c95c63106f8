from __future__ import annotations

import logging
from typing import Any

import pytest

from allot_api.api_keys import ApiKey, build_api_key_secret
from allot_api.key_hashes import SlowHash, hash_key
from allot_cluster.interface import Change, ChangeType
from allot_gateway.access.key_ring import KeyRing

PASSWORD = SlowHash(bytes(16), bytes(32))


def a_secret(identifier: str, user: str = "u", *, name: str = "", born: int = 1) -> dict[str, Any]:
    secret = build_api_key_secret(ApiKey(identifier, hash_key(b"x"), user), "allot-system")
    secret["metadata"]["name"] = name or secret["metadata"]["name"]
    secret["metadata"]["creationTimestamp"] = f"2027-01-0{born}T00:00:00Z"
    return secret


def a_ring(*secrets: dict[str, Any]) -> KeyRing:
    ring = KeyRing()
    for secret in secrets:
        ring.note(Change(ChangeType.ADDED, secret))
    ring.note(Change(ChangeType.SYNCED, {}))
    return ring


def user_of(ring: KeyRing, identifier: str) -> str | None:
    key = ring.find(identifier)
    return key.user if key else None


def test_keys_come_change_and_go() -> None:
    ring = a_ring(a_secret("a"))
    assert user_of(ring, "a") == "u"

    ring.note(Change(ChangeType.MODIFIED, a_secret("a", "v")))
    assert user_of(ring, "a") == "v"

    gone = {"metadata": {"name": a_secret("a")["metadata"]["name"]}}
    ring.note(Change(ChangeType.DELETED, gone))
    assert (user_of(ring, "a"), len(ring)) == (None, 0)


def test_every_change_moves_the_version_and_strangers_do_not() -> None:
    ring = a_ring()
    versions = [ring.version]

    for change in (
        Change(ChangeType.ADDED, a_secret("a")),
        Change(ChangeType.MODIFIED, a_secret("a", "v")),
        Change(ChangeType.DELETED, a_secret("a")),
    ):
        ring.note(change)
        versions.append(ring.version)
    ring.note(Change(ChangeType.ADDED, {"metadata": {"name": "tls"}, "type": "kubernetes.io/tls"}))

    assert versions == sorted(set(versions))
    assert ring.version == versions[-1]


def test_it_is_known_once_all_were_seen() -> None:
    assert not KeyRing().is_known
    assert a_ring().is_known


@pytest.mark.parametrize("backwards", [False, True])
def test_the_older_secret_has_the_id(backwards: bool) -> None:
    secrets = [a_secret("a", "first", name="z", born=1), a_secret("a", "second", name="b", born=2)]

    ring = a_ring(*(reversed(secrets) if backwards else secrets))

    assert user_of(ring, "a") == "first"
    ring.note(Change(ChangeType.DELETED, secrets[0]))
    assert user_of(ring, "a") == "second"


def test_a_secret_that_becomes_unusable_counts_no_more(caplog: pytest.LogCaptureFixture) -> None:
    ring, broken = a_ring(a_secret("a")), a_secret("a")
    broken["data"]["hash"] = "bm9uc2Vuc2U="

    with caplog.at_level(logging.WARNING):
        ring.note(Change(ChangeType.MODIFIED, broken))

    assert ring.find("a") is None
    assert "hash: " in caplog.text
    assert "nonsense" not in caplog.text


def test_it_tells_whether_anybody_has_a_password() -> None:
    ring = a_ring(a_secret("a"))
    assert not ring.has_passwords

    slow = build_api_key_secret(ApiKey("b", PASSWORD, "u"), "allot-system")
    ring.note(Change(ChangeType.ADDED, slow))

    assert ring.has_passwords
