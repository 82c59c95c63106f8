from __future__ import annotations

from pathlib import Path

import pytest

from allot_local.errors import BuildFailed
from allot_local.programs import (
    ASSETS_VARIABLE,
    NAMES,
    find_programs,
    find_sources,
    missing_programs,
    sources_digest,
)
from allot_local.progress import silent


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).touch(mode=0o755)


def test_a_folder_that_the_user_names_is_taken(tmp_path: Path) -> None:
    put(tmp_path, *NAMES)

    assert find_programs(silent, {ASSETS_VARIABLE: str(tmp_path)}) == tmp_path


def test_a_named_folder_that_lacks_some_is_refused_with_their_names(tmp_path: Path) -> None:
    put(tmp_path, *NAMES[1:])
    (tmp_path / NAMES[0]).touch(mode=0o644)

    with pytest.raises(BuildFailed, match=f"lacks {NAMES[0]}: put them there, or unset it"):
        find_programs(silent, {ASSETS_VARIABLE: str(tmp_path)})
    assert missing_programs(tmp_path) == [NAMES[0]]


def test_the_sources_are_found_and_their_digest_follows_them(tmp_path: Path) -> None:
    sources = find_sources()
    for name in ("main.go", "go.mod", "go.sum"):
        (tmp_path / name).write_bytes((sources / name).read_bytes())

    same = sources_digest(tmp_path)
    (tmp_path / "main.go").write_text("package main")

    assert same == sources_digest(sources) != sources_digest(tmp_path)
    assert len(same) == 16
