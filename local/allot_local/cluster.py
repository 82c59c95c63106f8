"""A cluster on this machine: bring it up, mend it, end it, remove it.

There is no supervisor of its own: every `up` looks at what runs, and starts what does
not. The processes are detached, recorded in files, and survive the command.
"""

from __future__ import annotations

import fcntl
import shutil
import ssl
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from allot_local import processes
from allot_local.clock import now
from allot_local.components import Component, plan_components
from allot_local.credentials import add_credentials, write_credentials
from allot_local.errors import ComponentFailed, LocalClusterError, UnknownComponent
from allot_local.layout import Addresses, Layout, check_name, default_cache, default_root
from allot_local.ports import choose_addresses, claim_octet, release_octet
from allot_local.programs import find_programs
from allot_local.progress import Progress
from allot_local.readiness import answers, client_context, wait_until

READY_SECONDS = 90.0
# The node agent ends the pods first, and pods may take their grace period.
NODE_GRACE_SECONDS = 60.0
GRACE_SECONDS = 15.0
LOG_LINES_SHOWN = 15
COMPONENTS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "node")
# The API server's record of who wrote what, Leases apart.
AUDIT = "audit"
LOGS = (*COMPONENTS, AUDIT)
STOP_ORDER = (
    ("node",),
    ("kube-scheduler", "kube-controller-manager"),
    ("kube-apiserver",),
    ("etcd",),
)
POD_NETWORKS = "pod-networks"


@dataclass(frozen=True, slots=True)
class ComponentStatus:
    """One component: its process id, if it runs, and whether it says that it is ready."""

    name: str
    pid: int | None
    is_ready: bool
    log: Path


class LocalCluster:
    """One named cluster; several may run side by side."""

    def __init__(self, name: str = "allot", root: Path | None = None) -> None:
        self.name = check_name(name)
        self._root = (root or default_root()).absolute()
        self._layout = Layout(self._root / name)

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig; there since the first `up`."""
        return self._layout.kubeconfig

    @property
    def kubectl(self) -> Path:
        """The kubectl program that belongs to the cluster; there since the first `up`."""
        return self._layout.home / "bin" / "kubectl"

    @property
    def exists(self) -> bool:
        """Whether the cluster was ever brought up and not reset since."""
        return self._layout.kubeconfig.is_file()

    def log_path(self, component: str) -> Path:
        """Return the log file of a component, or the audit log; raises UnknownComponent."""
        if component not in LOGS:
            raise UnknownComponent(f"{component}: there are logs of {', '.join(LOGS)}")
        return self._layout.log(component)

    def up(self, progress: Progress) -> None:
        """Start whatever does not run, and wait until all of it is ready.

        Raises BuildFailed or ComponentFailed.
        """
        programs = find_programs(progress)
        with self._lock():
            addresses = self._prepare(programs)
            context = client_context(self._layout.pki)
            for component in plan_components(self.name, self._layout, addresses, programs):
                progress(f"Starting {component.name}")
                self._ensure(component, context)
            progress(f"Ready: {addresses.server}, kubeconfig {self.kubeconfig}")

    def down(self) -> None:
        """End every process of the cluster, its pods' included; the state stays."""
        if not self._layout.home.is_dir():
            return
        with self._lock():
            # Those that write to the API server end before it, and it before its store.
            for names in STOP_ORDER:
                with ThreadPoolExecutor(len(names)) as pool:
                    list(pool.map(self._stop, names))

    def reset(self) -> None:
        """End the cluster and remove all its state."""
        self.down()
        if self._layout.addresses.is_file():
            release_octet(self._registry, self._addresses().pod_octet)
        shutil.rmtree(self._layout.home, ignore_errors=True)

    def status(self) -> Sequence[ComponentStatus]:
        """Return what each component is doing now."""
        if not self.exists:
            return [ComponentStatus(n, None, False, self._layout.log(n)) for n in COMPONENTS]
        context = client_context(self._layout.pki)
        planned = plan_components(self.name, self._layout, self._addresses(), Path())
        return [self._component_status(component, context) for component in planned]

    def _component_status(self, component: Component, context: ssl.SSLContext) -> ComponentStatus:
        process = self._running(component.name)
        return ComponentStatus(
            name=component.name,
            pid=process.pid if process else None,
            is_ready=process is not None and answers(component.ready_url, context),
            log=self._layout.log(component.name),
        )

    @property
    def _registry(self) -> Path:
        """Where the pod networks of this user's clusters are claimed, wherever their state is."""
        return default_cache() / POD_NETWORKS

    @contextmanager
    def _lock(self) -> Iterator[None]:
        self._layout.home.mkdir(parents=True, exist_ok=True)
        with self._layout.lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _prepare(self, programs: Path) -> Addresses:
        """Return the cluster's addresses, making all its state if it is new."""
        for folder in (self._layout.logs, self._layout.run, self._layout.node):
            folder.mkdir(parents=True, exist_ok=True)
        link_program(self.kubectl, programs / "kubectl")
        if not self._layout.addresses.is_file():
            octet = claim_octet(self._registry, str(self._layout.home))
            self._layout.addresses.write_text(choose_addresses(octet).to_json())
        addresses = self._addresses()
        if not self.exists:
            write_credentials(self.name, self._layout, addresses, now())
        else:
            add_credentials(self.name, self._layout, addresses, now())
        return addresses

    def _addresses(self) -> Addresses:
        return Addresses.from_json(self._layout.addresses.read_text())

    def _record(self, name: str) -> Path:
        return self._layout.run / f"{name}.json"

    def _running(self, name: str) -> processes.Process | None:
        process = processes.load(self._record(name))
        return process if process and process.find() else None

    def _ensure(self, component: Component, context: ssl.SSLContext) -> None:
        if self._running(component.name) is None:
            processes.save(
                self._record(component.name),
                processes.start_detached(
                    component.command,
                    log=self._layout.log(component.name),
                    folder=self._layout.home,
                    environment=component.environment,
                ),
            )

        def is_settled() -> bool:
            return self._running(component.name) is None or answers(component.ready_url, context)

        is_ready = wait_until(is_settled, timeout_seconds=READY_SECONDS)
        if not is_ready or self._running(component.name) is None:
            raise ComponentFailed(self._failure(component, ended=is_ready))

    def _failure(self, component: Component, *, ended: bool) -> str:
        log = self._layout.log(component.name)
        last = log.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:]
        what = "ended at once" if ended else f"was not ready after {READY_SECONDS:.0f} s"
        return "\n  ".join([f"{component.name} {what}; its log is {log}:", *last])

    def _stop(self, name: str) -> None:
        process = processes.load(self._record(name))
        if process is not None:
            grace = NODE_GRACE_SECONDS if name == "node" else GRACE_SECONDS
            processes.stop(process, grace_seconds=grace)
        self._record(name).unlink(missing_ok=True)


def link_program(link: Path, program: Path) -> None:
    """Make the link point to the program; raises LocalClusterError when it can't."""
    link.parent.mkdir(parents=True, exist_ok=True)
    if link.is_symlink() and link.readlink() == program:
        return
    try:
        link.unlink(missing_ok=True)
        link.symlink_to(program)
    except OSError as error:
        raise LocalClusterError(f"{link}: {error}") from error
