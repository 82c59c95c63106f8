"""Compiles what the runtime has in C, where there is a compiler; without it all works as well.

Called by hatchling for every wheel, also that of an editable installation.
"""

from __future__ import annotations

import os
import platform
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE = Path("runtime/allot_runtime/native/few_rows.c")
FLAGS = ["-std=gnu11", "-O3", "-funroll-loops", "-fPIC", "-fopenmp"]
# A CPU without these does not load the library (models/few_rows.py), and nothing beyond is used.
MACHINES = {"x86_64": ["-mavx2", "-mfma"]}


class NativeBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the library to the wheel, which is then for this platform alone."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile; a failure is told and nothing more."""
        library = Path(self.root) / SOURCE.with_suffix(".so")
        try:
            compile_library(Path(self.root) / SOURCE, library)
        except (OSError, subprocess.CalledProcessError) as error:
            library.unlink(missing_ok=True)
            self.app.display_warning(f"{SOURCE} is not compiled, lone queries take longer: {error}")
            return
        build_data["artifacts"].append(str(SOURCE.with_suffix(".so")))
        build_data["pure_python"] = False
        build_data["infer_tag"] = True


def compile_library(source: Path, library: Path) -> None:
    """Write the shared library of a source; raises OSError or CalledProcessError.

    It is linked without an OpenMP library: the one that torch brings has to serve it.
    """
    compiler = os.environ.get("CC", "cc")
    flags = [*FLAGS, *MACHINES.get(platform.machine(), [])]
    with tempfile.TemporaryDirectory() as folder:
        compiled = str(Path(folder) / "compiled.o")
        subprocess.run([compiler, *flags, "-c", str(source), "-o", compiled], check=True)
        subprocess.run([compiler, "-shared", compiled, "-o", str(library), "-lm"], check=True)
