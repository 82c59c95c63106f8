"""How the secret half of an API key, or a person's password, is kept: as a hash only.

    sha256:HEX                    a key that a program drew from 256 bits: nobody can try them all
    scrypt:LOG2_N:R:P:SALT:HEX    a password that a person chose: each guess has to be dear

Pure; the salt is the caller's to draw. docs/decisions/keys-and-passwords.md has the reasons.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Protocol

# 32 MiB and three rounds: about a quarter of a second of one core for each guess.
LOG2_N, BLOCK_SIZE, ROUNDS = 15, 8, 3
SALT_BYTES = 16
DIGEST_BYTES = 32
# Of what others may have written into a Secret: at most 64 MiB and 8 rounds for one check.
MOST_LOG2_N, MOST_ROUNDS = 16, 8
_FAST, _SLOW = "sha256", "scrypt"
_SLOW_PARTS = 6


class NotAHash(ValueError):
    """A text is no hash of either form; the message says what is wrong, and shows nothing of it."""


class SecretHash(Protocol):
    """What is kept of a secret."""

    @property
    def is_slow(self) -> bool:
        """Whether a check is meant to be dear, and belongs on a thread of its own."""
        ...

    def matches(self, secret: bytes) -> bool:
        """Whether the secret is the one, found in a time that tells nothing of it."""
        ...


@dataclass(frozen=True, slots=True)
class FastHash:
    """The sha256 of a key."""

    digest: bytes

    @property
    def is_slow(self) -> bool:
        """Whether a check is meant to be dear."""
        return False

    def matches(self, secret: bytes) -> bool:
        """Whether the secret is the one."""
        return hmac.compare_digest(hashlib.sha256(secret).digest(), self.digest)

    def __str__(self) -> str:
        """Return it as a Secret holds it."""
        return f"{_FAST}:{self.digest.hex()}"


@dataclass(frozen=True, slots=True)
class SlowHash:
    """The scrypt of a password: N = 2^log2_n, block size r, p rounds."""

    salt: bytes
    digest: bytes
    log2_n: int = LOG2_N
    block_size: int = BLOCK_SIZE
    rounds: int = ROUNDS

    @property
    def is_slow(self) -> bool:
        """Whether a check is meant to be dear."""
        return True

    def matches(self, secret: bytes) -> bool:
        """Whether the secret is the one; takes as long as it took to make the hash."""
        found = _scrypt(secret, self.salt, self.log2_n, self.block_size, self.rounds)
        return hmac.compare_digest(found, self.digest)

    def __str__(self) -> str:
        """Return it as a Secret holds it."""
        numbers = f"{self.log2_n}:{self.block_size}:{self.rounds}"
        return f"{_SLOW}:{numbers}:{self.salt.hex()}:{self.digest.hex()}"


def hash_key(secret: bytes) -> FastHash:
    """Return the hash of a key that was drawn at random; never use it for a password."""
    return FastHash(hashlib.sha256(secret).digest())


def hash_password(secret: bytes, salt: bytes) -> SlowHash:
    """Return the hash of a password; takes about a quarter of a second."""
    return SlowHash(salt, _scrypt(secret, salt, LOG2_N, BLOCK_SIZE, ROUNDS))


def parse_hash(text: str) -> SecretHash:
    """Return the hash that a text stands for; raises NotAHash."""
    kind, _, rest = text.partition(":")
    if kind == _FAST:
        return FastHash(_parse_hex(rest, DIGEST_BYTES))
    if kind == _SLOW:
        return _parse_slow(text.split(":"))
    raise NotAHash(f"the hash must begin with {_FAST}: or {_SLOW}:")


def _parse_slow(parts: list[str]) -> SlowHash:
    if len(parts) != _SLOW_PARTS:
        raise NotAHash(f"a hash by {_SLOW} must be {_SLOW}:LOG2_N:R:P:SALT:HEX")
    log2_n = _parse_number(parts[1], MOST_LOG2_N)
    block_size = _parse_number(parts[2], BLOCK_SIZE)
    rounds = _parse_number(parts[3], MOST_ROUNDS)
    return SlowHash(
        _parse_hex(parts[4], SALT_BYTES),
        _parse_hex(parts[5], DIGEST_BYTES),
        log2_n,
        block_size,
        rounds,
    )


def _parse_number(text: str, most: int) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:4]) <= most):
        raise NotAHash(f"a number of a hash by {_SLOW} must be between 1 and {most}")
    return int(text)


def _parse_hex(text: str, size: int) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != size:
        raise NotAHash(f"the hash must have {2 * size} hexadecimal digits")
    return found


def _scrypt(secret: bytes, salt: bytes, log2_n: int, block_size: int, rounds: int) -> bytes:
    cost = 2**log2_n
    # What OpenSSL reckons it needs, and a little.
    memory = 128 * block_size * (cost + rounds + 2) + 2**20
    return hashlib.scrypt(
        secret, salt=salt, n=cost, r=block_size, p=rounds, maxmem=memory, dklen=DIGEST_BYTES
    )
