"""Credentials to a caller: API keys and passwords by the ring, tokens by the API server.

Every refusal is the same sentence. What is not known costs what is wrong: a hash is compared in
any case, and a slow one for Basic.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from allot_api.api_keys import ApiKey
from allot_api.key_hashes import (
    DIGEST_BYTES,
    SALT_BYTES,
    FastHash,
    SlowHash,
)
from allot_cluster.errors import ClusterError
from allot_cluster.interface import Cluster
from allot_cluster.reviews import Identity, review_token
from allot_gateway.access.actions import Caller
from allot_gateway.access.answers import Answers, Crowded, NotAnswered, Terms
from allot_gateway.access.credentials import Credentials, Malformed, Pair, Token
from allot_gateway.access.faults import cannot_ask, malformed_credentials, wrong_credentials
from allot_gateway.access.key_ring import KeyRing
from allot_gateway.access.passwords import Passwords

AUTHENTICATED = "system:authenticated"
"""The group that Kubernetes itself puts every user into whom it knows."""
TOKEN_TERMS = Terms(good_seconds=60, bad_seconds=10)
# No secret has these digests, as far as anybody knows.
_NOBODY_FAST = FastHash(bytes(DIGEST_BYTES))
_NOBODY_SLOW = SlowHash(bytes(SALT_BYTES), bytes(DIGEST_BYTES))


@dataclass(frozen=True, slots=True)
class Authenticated:
    """Who it is, to Allot and to RBAC, and until which second of the loop's clock that holds."""

    caller: Caller
    identity: Identity
    until: float
    key: ApiKey | None = None


class Authenticator:
    """Finds out who sent a request."""

    def __init__(
        self,
        cluster: Cluster,
        ring: KeyRing,
        passwords: Passwords,
        *,
        audiences: tuple[str, ...] = (),
        now: Callable[[], float],
        utc_now: Callable[[], datetime],
    ) -> None:
        self._cluster = cluster
        self._ring = ring
        self._passwords = passwords
        self._audiences = audiences
        self._now = now
        self._utc_now = utc_now
        self._tokens: Answers[str, Identity | None] = Answers(
            self._review, lambda found: found is not None, TOKEN_TERMS, now=now, away=ClusterError
        )

    async def authenticate(self, credentials: Credentials, digest: bytes) -> Authenticated:
        """Return whose the credentials are; raises RequestFault.

        `digest` stands for the header in what is kept: the header itself is kept nowhere.
        """
        match credentials:
            case Malformed(reason):
                raise malformed_credentials(reason)
            case Pair():
                return await self._authenticate_pair(credentials, digest)
            case Token(text):
                return await self._authenticate_token(text, digest)

    async def close(self) -> None:
        """End the questions that are under way."""
        await self._tokens.close()
        await self._passwords.close()

    async def _authenticate_pair(self, pair: Pair, digest: bytes) -> Authenticated:
        key = self._ring.find(pair.id)
        if key is None and not self._ring.is_known:
            raise cannot_ask("the API key", "the gateway has not read the keys yet")
        until = self._valid_until(key)
        if not await self._matches(key, pair, digest) or key is None or self._now() >= until:
            raise wrong_credentials()
        groups = (*key.groups, AUTHENTICATED)
        return Authenticated(
            Caller(key.user, groups, key.id), Identity(key.user, groups), until, key
        )

    async def _matches(self, key: ApiKey | None, pair: Pair, digest: bytes) -> bool:
        """Compare with a fast hash and, of Basic, with a slow one: whichever the id has, or not."""
        known = key.hash if key is not None else _NOBODY_FAST
        fast = _NOBODY_FAST if known.is_slow else known
        if fast.matches(pair.secret):
            return True
        if not (pair.is_basic and self._ring.has_passwords):
            return False
        slow = known if known.is_slow else _NOBODY_SLOW
        return await self._passwords.is_right(slow, pair.secret, digest)

    def _valid_until(self, key: ApiKey | None) -> float:
        if key is None or key.expires_at is None:
            return math.inf
        return self._now() + (key.expires_at - self._utc_now()).total_seconds()

    async def _authenticate_token(self, text: str, digest: bytes) -> Authenticated:
        try:
            kept = await self._tokens.get(digest, text)
        except NotAnswered as error:
            raise cannot_ask("the token", f"the API server is away ({error})") from error
        except Crowded:
            raise cannot_ask("the token", "many others are being checked") from None
        identity = kept.answer
        if identity is None:
            raise wrong_credentials()
        return Authenticated(Caller(identity.user, identity.groups), identity, kept.until)

    async def _review(self, token: str) -> Identity | None:
        return await review_token(self._cluster, token, self._audiences)


def digest_header(header: bytes, secret: bytes) -> bytes:
    """Return what stands for a header in memory; `secret` is this process' own, 64 bytes at most.

    A keyed hash: whoever reads the memory of a cache learns no key and no password from it.
    """
    return hashlib.blake2b(header, digest_size=16, key=secret).digest()
