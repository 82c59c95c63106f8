"""An API key as a Secret keeps it: the half that is public, and a hash of the other. Pure.

    type: inference.allot.dev/api-key        label app.kubernetes.io/component: gateway
    data: id, hash, user, groups, requests_per_second, burst, expires_at

`id` and `hash` are required; groups stand one on a line. Clients send base64("id:secret").
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from allot_api.key_hashes import NotAHash, SecretHash, parse_hash
from allot_api.names import (
    COMPONENT_LABEL,
    GATEWAY_COMPONENT,
    GROUP,
    MANAGED_BY,
    MANAGED_BY_LABEL,
    derived_name,
)

API_KEY_TYPE = f"{GROUP}/api-key"
API_KEY_LABELS = {MANAGED_BY_LABEL: MANAGED_BY, COMPONENT_LABEL: GATEWAY_COMPONENT}
API_KEY_SELECTOR = f"{COMPONENT_LABEL}={GATEWAY_COMPONENT}"
NAME_PREFIX = "allot-key-"
# So that no key is taken for a user whom the cluster itself knows.
USER_PREFIX = "allot:api-key:"
# Kubernetes' own users and groups: system:masters may do anything. No Secret makes one of them.
SYSTEM_PREFIX = "system:"
ID_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")
_NAME_CHARACTERS = 256
_MOST_GROUPS = 64
_MOST_RATE = 1e6


class UnusableKey(ValueError):
    """A Secret holds no API key as it should; the message names the field, never its value."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How many requests a second a key may send in the long run, and how many at once."""

    requests_per_second: float
    burst: float


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Who a key speaks for, until when, and how often."""

    id: str
    hash: SecretHash
    user: str
    groups: tuple[str, ...] = ()
    limit: RateLimit | None = None
    expires_at: datetime | None = None


def is_api_key(secret: Mapping[str, Any]) -> bool:
    """Whether a Secret is meant to be an API key."""
    return secret.get("type") == API_KEY_TYPE


def parse_api_key(secret: Mapping[str, Any]) -> ApiKey:
    """Return the key that a Secret holds; raises UnusableKey."""
    data = _decode(secret.get("data") or {})
    identifier = check_id(data.get("id", ""))
    try:
        kept = parse_hash(data.get("hash", ""))
    except NotAHash as error:
        raise UnusableKey(f"hash: {error}") from error
    groups = tuple(line.strip() for line in data.get("groups", "").splitlines() if line.strip())
    return ApiKey(
        id=identifier,
        hash=kept,
        user=check_name("user", data.get("user") or f"{USER_PREFIX}{identifier}"),
        groups=check_groups(groups),
        limit=_parse_limit(data),
        expires_at=_parse_time(data.get("expires_at", "")),
    )


def build_api_key_secret(key: ApiKey, namespace: str) -> dict[str, Any]:
    """Return the Secret of a key."""
    data = {"id": key.id, "hash": str(key.hash), "user": key.user}
    if key.groups:
        data["groups"] = "\n".join(key.groups)
    if key.limit is not None:
        data["requests_per_second"] = f"{key.limit.requests_per_second:g}"
        data["burst"] = f"{key.limit.burst:g}"
    if key.expires_at is not None:
        stamp = key.expires_at.astimezone(UTC).isoformat(timespec="seconds")
        data["expires_at"] = stamp.replace("+00:00", "Z")
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": API_KEY_TYPE,
        "metadata": {
            "name": derived_name(key.id, NAME_PREFIX),
            "namespace": namespace,
            "labels": dict(API_KEY_LABELS),
        },
        "data": {name: base64.b64encode(text.encode()).decode() for name, text in data.items()},
    }


def encode_credentials(identifier: str, secret: str) -> str:
    """Return both halves as clients send them."""
    return base64.b64encode(f"{identifier}:{secret}".encode()).decode()


def check_id(text: str) -> str:
    """Return the text if it may be a key's id; raises UnusableKey."""
    if not ID_PATTERN.fullmatch(text):
        raise UnusableKey(
            "id: must have 1 to 64 letters, digits and . _ @ + -, and begin with a letter or digit"
        )
    return text


def check_name(field: str, text: str) -> str:
    """Return the text if it may be a user or a group; raises UnusableKey."""
    if not text or len(text) > _NAME_CHARACTERS or not text.isprintable():
        raise UnusableKey(f"{field}: must have 1 to {_NAME_CHARACTERS} printable characters")
    if text.startswith(SYSTEM_PREFIX):
        raise UnusableKey(f"{field}: must not begin with {SYSTEM_PREFIX}, which is Kubernetes' own")
    return text


def check_groups(groups: tuple[str, ...]) -> tuple[str, ...]:
    """Return the groups if a key may be of them; raises UnusableKey."""
    if len(groups) > _MOST_GROUPS:
        raise UnusableKey(f"groups: must be at most {_MOST_GROUPS}")
    return tuple(check_name("groups", group) for group in groups)


def check_limit(requests_per_second: float, burst: float | None = None) -> RateLimit:
    """Return the limit if it is one; without a burst, one second's requests, at least one."""
    chosen = max(1.0, requests_per_second) if burst is None else burst
    if not 0 < requests_per_second <= _MOST_RATE:
        raise UnusableKey(f"requests_per_second: must be above 0 and at most {_MOST_RATE:g}")
    if not 1 <= chosen <= _MOST_RATE:
        raise UnusableKey(f"burst: must be at least 1 and at most {_MOST_RATE:g}")
    return RateLimit(requests_per_second, chosen)


def _decode(data: Mapping[str, Any]) -> dict[str, str]:
    try:
        return {
            str(name): base64.b64decode(str(value), validate=True).decode().strip()
            for name, value in data.items()
        }
    except (binascii.Error, UnicodeDecodeError) as error:
        raise UnusableKey("data: must be text in base64") from error


def _parse_limit(data: Mapping[str, str]) -> RateLimit | None:
    rate, burst = data.get("requests_per_second", ""), data.get("burst", "")
    if not rate:
        if burst:
            raise UnusableKey("burst: needs requests_per_second beside it")
        return None
    return check_limit(
        _parse_number("requests_per_second", rate), _parse_number("burst", burst) if burst else None
    )


def _parse_number(field: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise UnusableKey(f"{field}: must be a number")
    return number


def _parse_time(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise UnusableKey("expires_at: must be a time such as 2027-01-31T12:00:00Z") from error
    if found.tzinfo is None:
        raise UnusableKey("expires_at: must name its time zone, such as Z for UTC")
    return found
