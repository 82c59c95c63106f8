"""Where a cluster keeps its things, and the addresses that it was given. No I/O but paths.

<root>/<name>/
├── cluster.json      addresses, chosen once
├── pki/              certificates and keys
├── etcd/             the database
├── logs/             one file for each component
├── run/              one file for each running process
├── node/             the node agent's pods
└── kubeconfig        the administrator's
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from allot_local.errors import LocalClusterError

NAME_PATTERN = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Loopback ports, and the second octet of the pod network 127.N.0.0/16."""

    api_server: int
    etcd: int
    etcd_peer: int
    controller_manager: int
    scheduler: int
    node: int
    pod_octet: int

    @property
    def pod_network(self) -> str:
        """The pod network in CIDR notation."""
        return f"127.{self.pod_octet}.0.0/16"

    @property
    def server(self) -> str:
        """The API server's URL."""
        return f"https://127.0.0.1:{self.api_server}"

    def to_json(self) -> str:
        """Return the addresses as they are stored."""
        return json.dumps(asdict(self), indent=2)

    @classmethod
    def from_json(cls, text: str) -> Addresses:
        """Read what `to_json` wrote."""
        return cls(**json.loads(text))


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of one cluster."""

    home: Path

    @property
    def addresses(self) -> Path:
        """The stored addresses."""
        return self.home / "cluster.json"

    @property
    def pki(self) -> Path:
        """Certificates and keys."""
        return self.home / "pki"

    @property
    def etcd(self) -> Path:
        """The database."""
        return self.home / "etcd"

    @property
    def logs(self) -> Path:
        """Log files."""
        return self.home / "logs"

    @property
    def run(self) -> Path:
        """Records of running processes."""
        return self.home / "run"

    @property
    def node(self) -> Path:
        """The node agent's folder."""
        return self.home / "node"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig."""
        return self.home / "kubeconfig"

    @property
    def lock(self) -> Path:
        """Held while the cluster is brought up or down."""
        return self.home / "lock"

    def log(self, component: str) -> Path:
        """Return the component's log file."""
        return self.logs / f"{component}.log"

    def component_kubeconfig(self, component: str) -> Path:
        """Return the component's own kubeconfig."""
        return self.pki / f"{component}.kubeconfig"


def choose_root(environment: Mapping[str, str], home: Path) -> Path:
    """Return the folder of all clusters: $ALLOT_HOME, else the XDG state folder."""
    if chosen := environment.get("ALLOT_HOME"):
        return Path(chosen)
    state = environment.get("XDG_STATE_HOME")
    return (Path(state) if state else home / ".local" / "state") / "allot"


def choose_cache(environment: Mapping[str, str], home: Path) -> Path:
    """Return the folder of built programs: $ALLOT_CACHE_HOME, else the XDG cache folder."""
    if chosen := environment.get("ALLOT_CACHE_HOME"):
        return Path(chosen)
    cache = environment.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else home / ".cache") / "allot"


def check_name(name: str) -> str:
    """Return the cluster's name; raises LocalClusterError when it can't be one."""
    if not NAME_PATTERN.fullmatch(name):
        raise LocalClusterError(
            f"name {name!r}: a cluster's name has 1 to 40 lower-case letters, digits and dashes, "
            "and begins and ends with a letter or digit"
        )
    return name


def default_root() -> Path:
    """Return `choose_root` of this process."""
    return choose_root(os.environ, Path.home())


def default_cache() -> Path:
    """Return `choose_cache` of this process."""
    return choose_cache(os.environ, Path.home())
