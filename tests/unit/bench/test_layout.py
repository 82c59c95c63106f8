"""The measurements keep the tree's rules, which tests/architecture holds the packages to."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BENCH, TESTS = ROOT / "bench", ROOT / "tests"
MODULE_LINES = 300
# Modules that start processes, which contract/test_bench.py does or a measurement itself.
TESTED_BY_RUNNING = {
    "bench.gateway.clients",
    "bench.gateway.forwarder",
    "bench.gateway.process",
    "bench.peers.running",
    "bench.progress",
    "bench.workers",
}


def modules() -> list[Path]:
    return [path for path in BENCH.rglob("*.py") if path.stem != "__init__"]


def test_no_module_is_longer_than_a_sitting() -> None:
    assert [path for path in modules() if len(path.read_text().splitlines()) > MODULE_LINES] == []


def test_every_module_is_imported_by_a_test_or_run() -> None:
    words = "\n".join(path.read_text() for path in TESTS.rglob("*bench*/**/*.py"))
    words += "\n".join(path.read_text() for path in TESTS.glob("contract/test_bench*.py"))
    untested = [
        name
        for path in modules()
        if path.parent.name != "servers"
        and (name := ".".join(path.relative_to(ROOT).with_suffix("").parts))
        not in TESTED_BY_RUNNING
        and not is_imported(name, words)
    ]

    assert untested == []


def is_imported(name: str, words: str) -> bool:
    package, _, module = name.rpartition(".")
    ways = (re.escape(name), rf"from {re.escape(package)} import [^\n]*\b{module}")
    return any(re.search(rf"\b{way}\b", words) for way in ways)
