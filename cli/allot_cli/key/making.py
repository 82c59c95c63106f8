"""What a new key is: from options to the key that is kept and what is told once. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from allot_api.api_keys import (
    USER_PREFIX,
    ApiKey,
    UnusableKey,
    check_groups,
    check_id,
    check_limit,
    check_name,
    encode_credentials,
)
from allot_api.key_hashes import SecretHash, hash_key, hash_password
from allot_api.time_values import parse_time_value
from allot_cli.errors import KeyRefused

SHORTEST_PASSWORD = 12


class Shown(StrEnum):
    """How a new key is told."""

    ENCODED = "encoded"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the options of `allot key create` say."""

    id: str
    user: str | None = None
    groups: Sequence[str] = ()
    requests_per_second: float | None = None
    burst: float | None = None
    expires_in: str | None = None


def build_key(wishes: Wishes, secret: str, now: datetime) -> ApiKey:
    """Return the key of a secret that was drawn at random; raises KeyRefused."""
    return _build(wishes, hash_key(secret.encode()), now)


def build_password(wishes: Wishes, password: str, salt: bytes, now: datetime) -> ApiKey:
    """Return the key of a password that a person chose; raises KeyRefused."""
    if len(password) < SHORTEST_PASSWORD:
        raise KeyRefused(f"a password must have at least {SHORTEST_PASSWORD} characters")
    return _build(wishes, hash_password(password.encode(), salt), now)


def show_key(identifier: str, secret: str, shown: Shown) -> str:
    """Return what is printed once; as JSON with Elasticsearch's names."""
    encoded = encode_credentials(identifier, secret)
    if shown is Shown.ENCODED:
        return encoded
    return json.dumps({"id": identifier, "api_key": secret, "encoded": encoded})


def _build(wishes: Wishes, kept: SecretHash, now: datetime) -> ApiKey:
    rate = wishes.requests_per_second
    if rate is None and wishes.burst is not None:
        raise KeyRefused("--burst needs --requests-per-second beside it")
    try:
        return ApiKey(
            id=check_id(wishes.id),
            hash=kept,
            user=check_name("user", wishes.user or f"{USER_PREFIX}{wishes.id}"),
            groups=check_groups(tuple(wishes.groups)),
            limit=None if rate is None else check_limit(rate, wishes.burst),
            expires_at=_choose_end(wishes.expires_in, now),
        )
    except UnusableKey as error:
        raise KeyRefused(str(error)) from error


def _choose_end(expires_in: str | None, now: datetime) -> datetime | None:
    if expires_in is None:
        return None
    length = parse_time_value(expires_in)
    if not length:
        raise KeyRefused("--expires-in must be a whole number with s, m, h or d, such as 90d")
    return now + length
