"""The folder of one pod.

<root>/pods/<uid>/
├── pod.json                        the record of the pod
├── kubeconfig, token, ca.crt       how its programs reach the API server
├── volumes/<volume>/               the content of a volume
└── containers/<container>/
    ├── root/                       the container's mounts, as links to volumes
    ├── termination-log
    └── logs/<restart count>.log    what the process printed
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

KEPT_LOGS = 3


@dataclass(frozen=True, slots=True)
class PodFolder:
    """The paths of one pod."""

    home: Path

    @property
    def record(self) -> Path:
        """The record of the pod."""
        return self.home / "pod.json"

    @property
    def kubeconfig(self) -> Path:
        """How the pod's programs reach the API server."""
        return self.home / "kubeconfig"

    def volume(self, name: str) -> Path:
        """Return the folder of a volume's content."""
        return self.home / "volumes" / name

    def container(self, name: str) -> Path:
        """Return the folder of a container."""
        return self.home / "containers" / name

    def root(self, container: str) -> Path:
        """Return the folder under which a container's mounts lie."""
        return self.container(container) / "root"

    def log(self, container: str, restart_count: int) -> Path:
        """Return the log file of one start of a container."""
        return self.container(container) / "logs" / f"{restart_count}.log"

    def termination_log(self, container: str, path: str) -> Path:
        """Return where a container leaves its last words."""
        return self.root(container) / path.lstrip("/")
