from __future__ import annotations

import re
from pathlib import Path

import pytest

from bench.environments import name_environment
from bench.folders import PEERS, choose_cache

REQUIREMENTS = sorted(PEERS.glob("*.txt"))


def test_other_pins_make_another_environment() -> None:
    once, again, other = (name_environment("naive", text) for text in (b"a==1", b"a==1", b"a==2"))

    assert once == again
    assert once.startswith("naive-")
    assert once != other


@pytest.mark.parametrize("file", REQUIREMENTS, ids=lambda file: file.name)
def test_every_requirement_is_pinned_and_names_no_host(file: Path) -> None:
    lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]

    assert [line for line in lines if not re.match(r"[\w.-]+(\[[\w,-]+\])?==[\w.]+", line)] == []
    assert "://" not in file.read_text()
    assert file.with_suffix(".in").is_file()


def test_the_cache_is_the_users_unless_another_is_named() -> None:
    home = Path("/home/somebody")

    assert choose_cache({}, home) == home / ".cache" / "allot" / "bench"
    assert choose_cache({"XDG_CACHE_HOME": "/cache"}, home) == Path("/cache/allot/bench")
    assert choose_cache({"ALLOT_BENCH_CACHE": "/there"}, home) == Path("/there")
