"""Find the control plane's programs: a folder that the user names, the cache, or a build."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from allot_local.build import build_programs
from allot_local.errors import BuildFailed
from allot_local.layout import default_cache
from allot_local.progress import Progress

NAMES = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl")
SOURCES = ("main.go", "go.mod", "go.sum")
ASSETS_VARIABLE = "KUBEBUILDER_ASSETS"
PACKAGE = Path(__file__).resolve().parent


def find_programs(progress: Progress, environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder that holds all five programs, building them if need be.

    Raises BuildFailed when the named folder lacks some, or the build fails.
    """
    if named := environment.get(ASSETS_VARIABLE):
        return check_assets(Path(named))
    sources = find_sources()
    folder = default_cache() / "control-plane" / sources_digest(sources)
    if missing_programs(folder):
        build_programs(sources, folder, NAMES, progress)
    return folder


def check_assets(folder: Path) -> Path:
    """Return the folder that the user named; raises BuildFailed when programs are missing."""
    if missing := missing_programs(folder):
        raise BuildFailed(
            f"{ASSETS_VARIABLE}={folder} lacks {', '.join(missing)}: put them there, or unset it "
            "to have them built"
        )
    return folder


def missing_programs(folder: Path) -> list[str]:
    """Return the names that are not executable files in the folder."""
    return [name for name in NAMES if not os.access(folder / name, os.X_OK)]


def find_sources() -> Path:
    """Return the Go module: inside the package in a wheel, beside it in a checkout."""
    for candidate in (PACKAGE / "controlplane", PACKAGE.parent / "controlplane"):
        if (candidate / "go.mod").is_file():
            return candidate
    raise BuildFailed("the Go module controlplane/ is missing: install Allot again")


def sources_digest(sources: Path) -> str:
    """Return 16 hex digits that stand for the sources' content."""
    digest = hashlib.sha256()
    for name in SOURCES:
        digest.update((sources / name).read_bytes())
    return digest.hexdigest()[:16]
