"""Where the manifests lie: in a checkout beside the packages, in a wheel inside this one."""

from __future__ import annotations

from pathlib import Path

from allot_cli.errors import DemoFailed

PACKAGE = Path(__file__).resolve().parent.parent
CHECKOUT = PACKAGE.parent.parent


def find_manifests() -> Path:
    """Return the folder `manifests`; raises DemoFailed when the installation has none."""
    for candidate in (CHECKOUT / "manifests", PACKAGE / "manifests"):
        if (candidate / "base" / "kustomization.yaml").is_file():
            return candidate
    raise DemoFailed("the folder manifests/ is missing: install Allot again, or use a checkout")
