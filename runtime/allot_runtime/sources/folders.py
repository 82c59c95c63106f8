"""Sources that are folders already: of this machine, and of installed packages."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from typing import assert_never

from allot_runtime.errors import SourceFault, SourceReason
from allot_runtime.sources.locator import (
    ClaimLocator,
    FileLocator,
    FolderLocator,
    PackageLocator,
)


def find_folder(locator: FolderLocator, locate: Callable[[Path], Path], claim: Path) -> Path:
    """Return the folder that a locator names; `claim` is where its claim is mounted."""
    match locator:
        case PackageLocator():
            return find_package_folder(locator)
        case ClaimLocator(_, path):
            return require_folder(claim / path)
        case FileLocator(path):
            return require_folder(locate(path))
        case _:
            assert_never(locator)


def find_package_folder(locator: PackageLocator) -> Path:
    """Return the folder of a package, without importing it; raises SourceFault (NotFound)."""
    spec = importlib.util.find_spec(locator.import_name)
    roots = list(spec.submodule_search_locations or ()) if spec else []
    if not roots:
        raise SourceFault(
            SourceReason.NOT_FOUND,
            f'the Python package "{locator.import_name}" is not installed in the runtime\'s image',
        )
    return require_folder(Path(roots[0]) / locator.path)


def list_names(folder: Path) -> list[str]:
    """Return the names of all that lies in a folder."""
    return [entry.name for entry in folder.iterdir()]


def require_folder(path: Path) -> Path:
    """Return the path if it is a folder that can be read; raises SourceFault."""
    try:
        next(path.iterdir(), None)
    except (FileNotFoundError, NotADirectoryError):
        raise SourceFault(SourceReason.NOT_FOUND, f"{path} is not a folder here") from None
    except PermissionError:
        raise SourceFault(
            SourceReason.UNAUTHORIZED, f"{path} may not be read by user {os.getuid()}"
        ) from None
    return path
