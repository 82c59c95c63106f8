from __future__ import annotations

import pytest

from allot_api.key_hashes import NotAHash, hash_key, hash_password, parse_hash

HEX = "0" * 64
SALT = bytes(range(16))


def test_a_key_matches_its_hash_and_no_other() -> None:
    kept = parse_hash(str(hash_key(b"drawn at random")))

    assert kept.matches(b"drawn at random")
    assert not kept.matches(b"drawn at Random")
    assert not kept.is_slow
    assert str(kept).startswith("sha256:")


def test_a_password_matches_its_hash_and_no_other() -> None:
    kept = parse_hash(str(hash_password(b"correct horse", SALT)))

    assert kept.matches(b"correct horse")
    assert not kept.matches(b"correct house")
    assert kept.is_slow
    assert str(kept).startswith(f"scrypt:15:8:3:{SALT.hex()}:")


def test_a_hash_made_elsewhere_is_read() -> None:
    # The first example of FIPS 180.
    abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    assert parse_hash(f"sha256:{abc}").matches(b"abc")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        f"md5:{HEX}",
        "sha256:",
        "sha256:zz",
        f"sha256:{HEX}00",
        f"scrypt:15:8:3:{HEX[:32]}",
        f"scrypt:17:8:3:{HEX[:32]}:{HEX}",
        f"scrypt:15:9:3:{HEX[:32]}:{HEX}",
        f"scrypt:15:8:9:{HEX[:32]}:{HEX}",
        f"scrypt:0:8:1:{HEX[:32]}:{HEX}",
        f"scrypt:-1:8:1:{HEX[:32]}:{HEX}",
        f"scrypt:{'9' * 5000}:8:1:{HEX[:32]}:{HEX}",
        f"scrypt:15:8:3::{HEX}",
    ],
)
def test_anything_else_is_no_hash(text: str) -> None:
    with pytest.raises(NotAHash) as caught:
        parse_hash(text)

    assert HEX not in str(caught.value)
