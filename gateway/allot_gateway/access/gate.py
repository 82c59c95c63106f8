"""The one door of the gateway: a request's headers and what it wants, to who sent it.

    admit ──► seen lately? ──► its key's rate ──► Caller          a few microseconds
                  │ no
                  └──► authenticate ──► permission ──► kept      a question or two

What was admitted is found by a digest of the header and the action; it counts until the first of
what it rests on has to be asked again, and no longer than the keys are as they were.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from allot_api.api_keys import ApiKey
from allot_gateway.access.actions import ANYBODY, Action, Caller
from allot_gateway.access.answers import Kept, Shelf
from allot_gateway.access.authentication import Authenticated, Authenticator, digest_header
from allot_gateway.access.credentials import parse_credentials
from allot_gateway.access.faults import (
    Refusal,
    malformed_credentials,
    missing_credentials,
    too_often,
)
from allot_gateway.access.key_ring import KeyRing
from allot_gateway.access.permission import Permissions
from allot_gateway.access.token_bucket import TokenBucket

Headers = Sequence[tuple[bytes, bytes]] | Mapping[str, str]

MOST_ADMITTED = 20_000
_AUTHORIZATION = b"authorization"


class Gate(Protocol):
    """Whatever lets requests in."""

    async def admit(self, headers: Headers, action: Action | None) -> Caller:
        """Return who sent a request that may do this; raises RequestFault (401, 403, 429, 503).

        Without an action it is enough to be known: for what tells nothing of any object.
        """
        ...


class OpenGate:
    """Lets everybody in, for a gateway that only this machine reaches."""

    async def admit(self, headers: Headers, action: Action | None) -> Caller:
        """Return nobody in particular."""
        return ANYBODY


@dataclass(frozen=True, slots=True)
class Admission:
    """What was decided: for whom, by which state of the keys, and whose bucket it takes from."""

    caller: Caller
    version: int
    bucket: TokenBucket | None


class GuardedGate:
    """Lets in whom keys or tokens and RBAC allow."""

    def __init__(
        self,
        ring: KeyRing,
        authenticator: Authenticator,
        permissions: Permissions,
        *,
        now: Callable[[], float],
    ) -> None:
        self._ring = ring
        self._authenticator = authenticator
        self._permissions = permissions
        self._now = now
        self._secret = secrets.token_bytes(32)
        self._admitted: Shelf[Admission] = Shelf(MOST_ADMITTED)
        self._buckets: dict[str, TokenBucket] = {}

    async def admit(self, headers: Headers, action: Action | None) -> Caller:
        """Return who sent a request that may do this; raises RequestFault (401, 403, 429, 503)."""
        header = find_authorization(headers)
        digest = digest_header(header, self._secret)
        kept = self._admitted.find((digest, action))
        now = self._now()
        if kept is None or now >= kept.until or kept.answer.version != self._ring.version:
            admission = await self._decide(header, digest, action)
        else:
            admission = kept.answer
        if admission.bucket is not None and (wait := admission.bucket.take(self._now())):
            raise _named(too_often(admission.caller.user, wait), admission.caller)
        return admission.caller

    async def close(self) -> None:
        """End the questions that are under way."""
        await self._authenticator.close()
        await self._permissions.close()

    async def _decide(self, header: bytes, digest: bytes, action: Action | None) -> Admission:
        version = self._ring.version
        known = await self._authenticator.authenticate(parse_credentials(header), digest)
        until = known.until
        if action is not None:
            try:
                until = min(until, await self._permissions.check(known.identity, action))
            except Refusal as refusal:
                raise _named(refusal, known.caller) from refusal.__cause__
        admission = Admission(known.caller, version, self._find_bucket(known))
        self._admitted.put((digest, action), Kept(admission, self._now(), until))
        return admission

    def _find_bucket(self, known: Authenticated) -> TokenBucket | None:
        """Return the bucket of a key, the same for all that it does, as full as it was."""
        key = known.key
        if key is None or key.limit is None:
            return None
        bucket = self._buckets.get(key.id)
        if bucket is None or bucket.limit != key.limit:
            bucket = self._buckets[key.id] = TokenBucket.full(key.limit, self._now())
            self._drop_buckets(key)
        return bucket

    def _drop_buckets(self, newest: ApiKey) -> None:
        """Drop those of keys that are gone, once there are more buckets than keys."""
        if len(self._buckets) > len(self._ring) + 1:
            kept = {id_: one for id_, one in self._buckets.items() if self._ring.find(id_)}
            self._buckets = {**kept, newest.id: self._buckets[newest.id]}


def _named(refusal: Refusal, caller: Caller) -> Refusal:
    refusal.caller = caller
    return refusal


def find_authorization(headers: Headers) -> bytes:
    """Return the one Authorization header; raises RequestFault if there is none, or are several.

    Of raw headers, as ASGI has them, names are in small letters.
    """
    if isinstance(headers, Mapping):
        text = headers.get("authorization") or headers.get("Authorization")
        found = [text.encode("latin-1", "replace")] if text else []
    else:
        found = [value for name, value in headers if name == _AUTHORIZATION]
    if not found:
        raise missing_credentials()
    if len(found) > 1:
        raise malformed_credentials("there are several Authorization headers")
    return found[0]
