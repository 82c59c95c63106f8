"""What a request shows of itself: the Authorization header to its parts. Pure.

    ApiKey base64(id:key)      Basic base64(user:password)      Bearer KEY-OR-TOKEN

A Bearer that is base64 of "id:key" is an API key, as clients of OpenAI's shape send it; any other
is a Kubernetes token (those hold dots, which base64 does not).
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field

from allot_api.api_keys import ID_PATTERN

# A service account's token is about a kilobyte; those of identity providers reach eight.
MOST_BYTES = 16 * 1024
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")


@dataclass(frozen=True, slots=True)
class Pair:
    """The two halves of a key, or a person's name and password."""

    id: str
    secret: bytes = field(repr=False)
    is_basic: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    """A token that the API server may know."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Malformed:
    """A header that shows nothing; the reason says what it should be, and repeats none of it."""

    reason: str


Credentials = Pair | Token | Malformed


def parse_credentials(header: bytes) -> Credentials:
    """Return what an Authorization header shows."""
    if len(header) > MOST_BYTES:
        return Malformed(f"the Authorization header is longer than {MOST_BYTES} bytes")
    try:
        scheme, _, rest = header.decode("ascii").strip().partition(" ")
    except UnicodeDecodeError:
        return Malformed("the Authorization header holds characters other than ASCII")
    value = rest.strip()
    match scheme.lower():
        case "apikey":
            return _parse_pair(value) or Malformed("ApiKey must be followed by base64 of id:key")
        case "basic":
            pair = _parse_pair(value, is_basic=True)
            return pair or Malformed("Basic must be followed by base64 of user:password")
        case "bearer":
            return _parse_bearer(value)
        case _:
            return Malformed("the Authorization header must begin with ApiKey, Basic or Bearer")


def _parse_bearer(value: str) -> Credentials:
    pair = _parse_pair(value)
    if pair is not None and ID_PATTERN.fullmatch(pair.id):
        return pair
    if not _TOKEN.fullmatch(value):
        return Malformed("Bearer must be followed by an API key or a token")
    return Token(value)


def _parse_pair(value: str, *, is_basic: bool = False) -> Pair | None:
    """Return the halves; None if it is not base64 of two that are there. Padding may be absent."""
    try:
        text = base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    head, colon, secret = text.partition(b":")
    try:
        identifier = head.decode()
    except UnicodeDecodeError:
        return None
    if not (colon and identifier and secret):
        return None
    return Pair(identifier, secret, is_basic)
