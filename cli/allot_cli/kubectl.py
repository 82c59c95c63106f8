"""kubectl as a value: which program, which cluster.

The command line does what a person would do with kubectl, by kubectl, so that each
step it takes can be repeated by hand.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allot_cli.errors import KubectlFailed


@dataclass(frozen=True, slots=True)
class Kubectl:
    """A kubectl program bound to one cluster by kubeconfig file or context name."""

    program: str
    kubeconfig: Path | None = None
    context: str | None = None

    def command(self, *arguments: str) -> list[str]:
        """Return the full command line, as an argument list."""
        chosen = [self.program]
        if self.kubeconfig is not None:
            chosen += ["--kubeconfig", str(self.kubeconfig)]
        if self.context is not None:
            chosen += ["--context", self.context]
        return [*chosen, *arguments]

    def run(self, *arguments: str, timeout_seconds: float = 120) -> str:
        """Return what kubectl prints; raise KubectlFailed with what it says."""
        try:
            done = subprocess.run(
                self.command(*arguments),
                capture_output=True,
                text=True,
                timeout=timeout_seconds,
                check=False,
            )
        except FileNotFoundError as error:
            raise KubectlFailed(f"{self.program} was not found: install kubectl") from error
        except subprocess.TimeoutExpired as error:
            raise KubectlFailed(
                f"kubectl {' '.join(arguments)} gave no answer in {timeout_seconds:.0f} s"
            ) from error
        if done.returncode:
            said = (done.stderr or done.stdout).strip()
            raise KubectlFailed(f"kubectl {' '.join(arguments)}: {said}")
        return done.stdout

    def get(self, *arguments: str) -> dict[str, Any]:
        """Return what `kubectl get … -o json` answers."""
        answer: dict[str, Any] = json.loads(self.run("get", *arguments, "-o", "json"))
        return answer
