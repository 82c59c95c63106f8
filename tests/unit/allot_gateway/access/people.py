"""A gate over a fake cluster, with keys, passwords and tokens of a few people."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import Any

from allot_api.api_keys import ApiKey, RateLimit, build_api_key_secret
from allot_api.key_hashes import SlowHash, hash_key
from allot_cluster.interface import Change, ChangeType
from allot_gateway.access.actions import Action, Verb
from allot_gateway.access.authentication import Authenticator
from allot_gateway.access.gate import GuardedGate
from allot_gateway.access.key_ring import KeyRing
from allot_gateway.access.passwords import Check, Passwords, check_on_thread
from allot_gateway.access.permission import Permissions
from tests.fakes.cluster import FakeCluster
from tests.fakes.reviews import Grant
from tests.unit.allot_gateway.access.clock import Clock

SHOP = "shop"
INFER = Action(Verb.INFER, SHOP, "my-e5")
DELETE = Action(Verb.DELETE, SHOP, "my-e5")


def quick_password(secret: bytes) -> SlowHash:
    """Return a hash by scrypt with N = 2, so that tests need not wait."""
    salt = bytes(16)
    digest = hashlib.scrypt(secret, salt=salt, n=2, r=1, p=1, dklen=32)
    return SlowHash(salt, digest, log2_n=1, block_size=1, rounds=1)


def shown(scheme: str, identifier: str, secret: str) -> list[tuple[bytes, bytes]]:
    pair = base64.b64encode(f"{identifier}:{secret}".encode()).decode()
    return header(f"{scheme} {pair}")


def header(value: str) -> list[tuple[bytes, bytes]]:
    return [(b"host", b"gateway"), (b"authorization", value.encode())]


class World:
    """A cluster, a clock, and the gate between them."""

    def __init__(self, check: Check = check_on_thread) -> None:
        self.cluster, self.clock, self.ring = FakeCluster(), Clock(), KeyRing()
        self.ring.note(Change(ChangeType.SYNCED, {}))
        now = self.clock.now
        self.authenticator = Authenticator(
            self.cluster,
            self.ring,
            Passwords(now=now, check=check),
            now=now,
            utc_now=self.clock.utc_now,
        )
        self.gate = GuardedGate(
            self.ring, self.authenticator, Permissions(self.cluster, now=now), now=now
        )

    @property
    def asked(self) -> int:
        """How many reviews there were."""
        return len(self.cluster.reviewer.specs)

    def add_key(
        self,
        identifier: str = "app",
        secret: str = "s",
        *,
        limit: RateLimit | None = None,
        expires_at: datetime | None = None,
        groups: tuple[str, ...] = (),
    ) -> None:
        key = ApiKey(identifier, hash_key(secret.encode()), identifier, groups, limit, expires_at)
        self._note(ChangeType.ADDED, key)

    def add_password(self, identifier: str, secret: str) -> None:
        self._note(
            ChangeType.ADDED, ApiKey(identifier, quick_password(secret.encode()), identifier)
        )

    def remove_key(self, identifier: str = "app") -> None:
        self._note(ChangeType.DELETED, ApiKey(identifier, hash_key(b""), identifier))

    def add_token(self, token: str, user: str, **fields: Any) -> None:
        self.cluster.reviewer.users[token] = {"username": user, **fields}

    def allow(self, subject: str, verb: Verb = Verb.INFER, name: str | None = None) -> None:
        self.cluster.reviewer.grants.add(
            Grant(subject, verb.value, "inferenceendpoints", SHOP, name)
        )

    def _note(self, kind: ChangeType, key: ApiKey) -> None:
        self.ring.note(Change(kind, build_api_key_secret(key, "allot-system")))
