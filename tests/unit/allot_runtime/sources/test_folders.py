from __future__ import annotations

import sys
from pathlib import Path, PurePosixPath

import pytest

from allot_runtime.errors import SourceFault, SourceReason
from allot_runtime.sources.folders import (
    find_folder,
    find_package_folder,
    list_names,
    require_folder,
)
from allot_runtime.sources.locator import ClaimLocator, FileLocator, PackageLocator


def test_a_packages_folder_is_found_without_importing_it() -> None:
    folder = find_package_folder(PackageLocator("cognition", PurePosixPath("model")))

    assert (folder / "config.json").is_file()
    assert "cognition" not in sys.modules


@pytest.mark.parametrize("name", ["no_such_package", "this"])
def test_what_is_no_package_is_not_found(name: str) -> None:
    with pytest.raises(SourceFault, match="is not installed") as fault:
        find_package_folder(PackageLocator(name, PurePosixPath()))

    assert fault.value.reason is SourceReason.NOT_FOUND


def test_what_is_no_folder_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    for path in (tmp_path / "file", tmp_path / "nothing"):
        with pytest.raises(SourceFault, match="is not a folder") as fault:
            require_folder(path)
        assert fault.value.reason is SourceReason.NOT_FOUND


def test_a_folder_is_itself(tmp_path: Path) -> None:
    assert require_folder(tmp_path) == tmp_path


def test_each_kind_of_folder_is_where_it_is_mounted(tmp_path: Path) -> None:
    (tmp_path / "claim" / "a").mkdir(parents=True)
    (tmp_path / "pod" / "b").mkdir(parents=True)

    claimed = find_folder(ClaimLocator("c", PurePosixPath("a")), Path, tmp_path / "claim")
    placed = find_folder(FileLocator(Path("/b")), lambda _: tmp_path / "pod" / "b", tmp_path)

    assert (claimed, placed) == (tmp_path / "claim" / "a", tmp_path / "pod" / "b")
    assert list_names(tmp_path / "claim") == ["a"]
