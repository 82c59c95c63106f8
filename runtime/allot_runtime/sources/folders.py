"""Sources that are folders already: of this machine, and of installed packages."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

from allot_runtime.errors import SourceFault, SourceReason
from allot_runtime.sources.locator import PackageLocator


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
