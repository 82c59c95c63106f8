"""The README's commands exist, and its folder map is the tree."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_every_make_target_of_the_readme_exists() -> None:
    named = set(re.findall(r"^(?:\$ )?make ([a-z-]+)", README, re.MULTILINE))

    assert {"demo", "test", "down"} <= named
    assert named <= make_targets()


def test_the_ci_script_runs_the_readmes_test_command() -> None:
    assert re.search(r"^make test$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)


def test_the_folder_map_names_folders_that_exist() -> None:
    rows = re.findall(r"^\| `([a-z.-]+/)` \|", README, re.MULTILINE)

    assert rows
    assert [row for row in rows if not (ROOT / row).is_dir()] == []


def test_the_folder_map_is_complete() -> None:
    rows = set(re.findall(r"^\| `([a-z.-]+/)` \|", README, re.MULTILINE))
    tracked = subprocess.run(
        ["git", "ls-tree", "-d", "--name-only", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    assert {f"{folder}/" for folder in tracked if not folder.startswith(".")} <= rows


def test_make_help_lists_the_targets() -> None:
    listed = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert all(f"make {target}" in listed for target in ("demo", "test", "down", "check"))
