from __future__ import annotations

import stat
from pathlib import Path

import pytest

from allot_local.build import (
    PROGRAM,
    build_command,
    build_environment,
    build_programs,
    build_sentence,
    find_go,
    go_version,
    read_version,
    run_build,
)
from allot_local.errors import BuildFailed
from allot_local.programs import NAMES, find_sources
from allot_local.progress import silent


def a_module(tmp_path: Path) -> Path:
    sources = tmp_path / "module"
    sources.mkdir()
    (sources / "go.mod").write_text("require (\n\tk8s.io/kubernetes v1.36.3\n)\n")
    return sources


def a_go(tmp_path: Path, script: str) -> str:
    """Make a program that stands for go."""
    program = tmp_path / "go"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(program)


# `go build -v … -o PROGRAM .` names packages on its way and leaves the program.
BUILD = """
echo "go: downloading example.org/module v1.2.3"
echo k8s.io/one; echo k8s.io/two
while [ "$1" != -o ]; do shift; done
mkdir -p "$(dirname "$2")" && echo built > "$2"
"""


def test_the_version_is_the_modules() -> None:
    sources = find_sources()
    version, major, minor = read_version((sources / "go.mod").read_text())

    assert version.startswith(f"v{major}.{minor}.")
    with pytest.raises(BuildFailed, match="names no version"):
        read_version("module x\n")


def test_the_program_reports_the_version_it_was_built_from(tmp_path: Path) -> None:
    command = build_command("go", a_module(tmp_path), tmp_path / "program")

    linked = command[command.index("-ldflags") + 1]
    assert "-X k8s.io/component-base/version.gitVersion=v1.36.3" in linked
    assert "-X k8s.io/component-base/version.gitMinor=36" in linked


def test_no_c_compiler_is_needed() -> None:
    assert build_environment({"PATH": "/bin"})["CGO_ENABLED"] == "0"
    assert build_environment({"PATH": "/bin"})["PATH"] == "/bin"


def test_progress_counts_downloads_and_packages(tmp_path: Path) -> None:
    said: list[str] = []

    run_build(a_go(tmp_path, BUILD), a_module(tmp_path), tmp_path / "out" / PROGRAM, said.append)

    assert said[1:] == ["Building: downloading example.org/module", build_sentence(1),
                        build_sentence(2)]  # fmt: skip
    assert (tmp_path / "out" / PROGRAM).read_text() == "built\n"


def test_a_build_that_fails_shows_its_last_lines_and_the_way_out(tmp_path: Path) -> None:
    go = a_go(tmp_path, "echo no space left on device; exit 2")

    with pytest.raises(BuildFailed, match="no space left on device") as failure:
        run_build(go, a_module(tmp_path), tmp_path / PROGRAM, silent)

    assert "KUBEBUILDER_ASSETS" in str(failure.value)


def test_what_is_built_already_is_left_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "digest"
    folder.mkdir(parents=True)
    for name in NAMES:
        (folder / name).write_text("here")

    build_programs(a_module(tmp_path), folder, NAMES, silent)

    assert {(folder / name).read_text() for name in NAMES} == {"here"}


@pytest.mark.parametrize(
    ("said", "version"), [("go1.26.1", (1, 26)), ("go1.27rc1", (1, 27)), ("what?", ())]
)
def test_a_go_programs_version(tmp_path: Path, said: str, version: tuple[int, ...]) -> None:
    assert go_version(a_go(tmp_path, f"echo '{said}'")) == version


def test_the_environments_own_toolchain_is_new_enough() -> None:
    assert go_version(find_go()) >= (1, 26)
