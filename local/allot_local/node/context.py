"""What every part of the agent shares: settings, the API server, Events, the time."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from allot_local.node.api import Api
from allot_local.node.events import Recorder
from allot_local.node.folders import PodFolder
from allot_local.node.images import Command
from allot_local.node.phase import BACKOFF_BASE_SECONDS

# What a container would find in its image, a process takes from this machine.
INHERITED = (
    "LANG",
    "TZ",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "LD_LIBRARY_PATH",
)
DEFAULT_TERMINATION_PATH = "/dev/termination-log"


@dataclass(frozen=True, slots=True)
class Settings:
    """How the node presents itself, and what it can run."""

    name: str
    root: Path
    pod_network: str
    port: int
    images: Mapping[str, Command]
    allocatable: Mapping[str, str]
    backoff_seconds: float = BACKOFF_BASE_SECONDS


@dataclass(frozen=True, slots=True)
class Node:
    """The agent's shared parts; `now` gives the time in RFC 3339."""

    settings: Settings
    api: Api
    recorder: Recorder
    session: aiohttp.ClientSession
    now: Callable[[], str]
    inherited: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    def base_environment(self, folder: PodFolder, container: Mapping[str, Any]) -> dict[str, str]:
        """Return what a container finds before its own variables."""
        root = folder.root(container["name"])
        termination = container.get("terminationMessagePath", DEFAULT_TERMINATION_PATH)
        programs = Path(sys.executable).parent
        path = self.inherited.get("PATH", "/usr/local/bin:/usr/bin:/bin")
        found = {name: self.inherited[name] for name in INHERITED if name in self.inherited}
        found |= {
            "PATH": f"{programs}:{path}",
            "HOME": str(root),
            "TMPDIR": str(root / "tmp"),
            "ALLOT_POD_ROOT": str(root),
            "ALLOT_TERMINATION_LOG": termination,
            "PYTHONUNBUFFERED": "1",
        }
        if folder.kubeconfig.is_file():
            found["KUBECONFIG"] = str(folder.kubeconfig)
        return found
