"""Short hashes by which two versions of the same thing are told apart."""

from __future__ import annotations

import hashlib
import json

FINGERPRINT_LENGTH = 16


def fingerprint(value: object) -> str:
    """Return 16 hexadecimal digits that are the same for equal JSON values, in any key order."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:FINGERPRINT_LENGTH]
