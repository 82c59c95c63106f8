from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from allot_api.api_keys import API_KEY_TYPE, ApiKey, RateLimit, build_api_key_secret
from allot_api.key_hashes import SlowHash, hash_key
from allot_cli.key.listing import Output, read_rows, render

NOW = datetime(2027, 1, 1, tzinfo=UTC)
APP = ApiKey("app", hash_key(b"s"), "search", ("a", "b"), RateLimit(50, 100))
BOB = ApiKey("bob", SlowHash(bytes(16), bytes(32)), "bob", expires_at=NOW)


def some_secrets() -> list[dict[str, Any]]:
    broken = {"metadata": {"name": "broken"}, "type": API_KEY_TYPE, "data": {}}
    other = {"metadata": {"name": "tls"}, "type": "kubernetes.io/tls"}
    return [broken, other, *(build_api_key_secret(key, "n") for key in (BOB, APP))]


def test_scripts_get_a_line_for_each_key() -> None:
    lines = render(read_rows(some_secrets()), Output.TSV, NOW).splitlines()
    cells = [line.split("\t") for line in lines]

    assert cells[0][:3] == ["id", "user", "groups"]
    assert [line[:7] + line[8:] for line in cells[1:]] == [
        ["-"] * 7 + ["unusable: id: must have 1 to 64 letters, digits and . _ @ + -, and begin "
                     "with a letter or digit"],
        ["app", "search", "a,b", "50/s", "100", "-", "key", "valid"],
        ["bob", "bob", "-", "-", "-", "2027-01-01 00:00:00Z", "password", "expired"],
    ]  # fmt: skip


def test_people_get_columns() -> None:
    lines = render(read_rows(some_secrets()), Output.TABLE, NOW).splitlines()

    assert lines[0].startswith("ID   USER    GROUPS")
    assert lines[2].startswith("app  search  a,b")


def test_no_hash_is_shown() -> None:
    for output in Output:
        assert str(APP.hash) not in render(read_rows(some_secrets()), output, NOW)
