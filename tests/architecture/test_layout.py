"""The tree is what docs/architecture.md and CONTRIBUTING.md say it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ["api", "cluster", "operator", "runtime", "local", "cli"]
MODULE_LINES = 300
BANNED_NAMES = {"utils", "helpers", "common", "misc", "manager"}


def package_of(folder: str) -> Path:
    return ROOT / folder / f"allot_{folder}"


def modules() -> list[Path]:
    return sorted(path for folder in PACKAGES for path in package_of(folder).rglob("*.py"))


@pytest.mark.parametrize("folder", PACKAGES)
def test_no_module_lies_beside_a_package(folder: str) -> None:
    assert list((ROOT / folder).glob("*.py")) == []


def test_no_module_is_longer_than_a_sitting() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in modules()
        if (lines := len(path.read_text().splitlines())) > MODULE_LINES
    }

    assert long == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [path for path in modules() if path.stem in BANNED_NAMES] == []


def test_every_module_is_named_in_a_test_or_run_by_one() -> None:
    """Each module has a unit test of its name, or some test imports or runs it."""
    tests = [path for path in (ROOT / "tests").rglob("*.py")]
    words = "\n".join(path.read_text() for path in tests)
    untested = []
    for path in modules():
        dotted = ".".join(
            path.relative_to(ROOT / path.relative_to(ROOT).parts[0]).with_suffix("").parts
        )
        has_file = any(test.name == f"test_{path.stem}.py" for test in tests)
        is_entry = path.stem in {"__init__", "__main__"}
        if not (has_file or is_entry or dotted in words):
            untested.append(dotted)

    assert untested == []


def test_every_test_folder_is_a_package() -> None:
    folders = {path.parent for path in (ROOT / "tests").rglob("*.py")}

    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_the_changelog_names_the_version() -> None:
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)

    assert version is not None
    assert version.group(1) in (ROOT / "CHANGELOG.md").read_text()


def test_links_in_the_documents_lead_somewhere() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{document.relative_to(ROOT)} -> {target}"
        for document in documents
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text())
        if not (document.parent / target).exists()
    ]

    assert broken == []
