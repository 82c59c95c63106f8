"""The local cluster's own promises: mended by up, gone after down, several side by side."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from allot_local.cluster import COMPONENTS, LocalCluster
from allot_local.progress import silent
from allot_local.readiness import wait_until
from tests.clusters import ROOT, running

OFF_BY_DEFAULT = {
    "bootstrap-signer-controller", "selinux-warning-controller", "token-cleaner-controller",
}  # fmt: skip

GONE_SECONDS = 60
KEEPER = """
import sys
import time
from pathlib import Path

from tests.clusters import running

with running("other", Path(sys.argv[1])):
    print("up", flush=True)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clusters")


@pytest.fixture(scope="module")
def cluster(home: Path) -> Iterator[LocalCluster]:
    """A cluster of its own, as these tests kill its parts."""
    with running("mended", home) as cluster:
        yield cluster


def kubectl(cluster: LocalCluster, *arguments: str) -> str:
    command = [str(cluster.kubectl), "--kubeconfig", str(cluster.kubeconfig), *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=True
    ).stdout.strip()


def pids(cluster: LocalCluster) -> dict[str, int | None]:
    return {status.name: status.pid for status in cluster.status()}


def processes_of(cluster: LocalCluster) -> list[str]:
    """Every process of this machine whose command line names the cluster's folder."""
    home = str(cluster.kubeconfig.parent)
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or [])
        if home in line:
            found.append(line)
    return found


def ports_of(cluster: LocalCluster) -> list[int]:
    """The ports that the cluster's processes listen on."""
    ports = []
    for pid in pids(cluster).values():
        connections = psutil.Process(pid).net_connections("tcp") if pid else []
        ports += [
            connection.laddr.port
            for connection in connections
            if connection.status == psutil.CONN_LISTEN
        ]
    return ports


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_every_component_is_ready(cluster: LocalCluster) -> None:
    assert {status.name for status in cluster.status() if status.is_ready} == set(COMPONENTS)
    assert kubectl(cluster, "get", "--raw", "/readyz") == "ok"
    assert kubectl(cluster, "get", "nodes", "-o", "name") == "node/allot-local-mended"


def test_a_second_up_changes_nothing(cluster: LocalCluster) -> None:
    before = pids(cluster)

    cluster.up(silent)

    assert pids(cluster) == before


@pytest.mark.parametrize("component", COMPONENTS)
def test_up_mends_what_was_killed(cluster: LocalCluster, component: str) -> None:
    name = f"survivor-{component}"
    kubectl(cluster, "create", "configmap", name)
    before = pids(cluster)
    killed = before[component]
    assert killed is not None

    os.kill(killed, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(killed)] if psutil.pid_exists(killed) else [], timeout=10)
    cluster.up(silent)

    after = pids(cluster)
    assert all(status.is_ready for status in cluster.status())
    assert after[component] not in (None, killed)
    assert after["etcd"] == before["etcd"] or component == "etcd"
    assert kubectl(cluster, "get", "configmap", name, "-o", "name") == f"configmap/{name}"


def test_all_controllers_run_but_those_that_refuse_loopback_addresses(
    cluster: LocalCluster,
) -> None:
    expected = {
        "endpoints-controller", "endpointslice-controller", "endpointslice-mirroring-controller",
    }  # fmt: skip
    log = cluster.log_path("kube-controller-manager")

    def off() -> set[str]:
        said = re.findall(r'controller is disabled" controller="([\w-]+)"', log.read_text())
        return set(said) - OFF_BY_DEFAULT

    # It is ready before it has said of each controller what becomes of it.
    deadline = time.monotonic() + 30
    while not expected <= off() and time.monotonic() < deadline:
        time.sleep(0.1)

    assert off() == expected


def test_down_leaves_no_process_and_no_port_and_up_finds_the_state(cluster: LocalCluster) -> None:
    kubectl(cluster, "create", "configmap", "kept")
    ports = ports_of(cluster)
    assert len(ports) >= len(COMPONENTS)
    assert all(is_open(port) for port in ports)

    cluster.down()

    assert processes_of(cluster) == []
    assert [port for port in ports if is_open(port)] == []
    assert {status.pid for status in cluster.status()} == {None}
    cluster.up(silent)
    assert kubectl(cluster, "get", "configmap", "kept", "-o", "name") == "configmap/kept"


def test_two_clusters_run_side_by_side(cluster: LocalCluster, home: Path) -> None:
    other = LocalCluster("other", home)
    with subprocess.Popen(
        [sys.executable, "-c", KEEPER, str(home)], stdout=subprocess.PIPE, cwd=ROOT
    ) as keeper:
        try:
            assert keeper.stdout is not None
            assert keeper.stdout.readline() == b"up\n"
            kubectl(other, "create", "configmap", "only-here")
            names = kubectl(cluster, "get", "configmaps", "-o", "name")
            nodes = [kubectl(one, "get", "nodes", "-o", "name") for one in (cluster, other)]
        finally:
            # As tests may be: its cluster must not outlive it.
            keeper.kill()

    assert "only-here" not in names
    assert nodes == ["node/allot-local-mended", "node/allot-local-other"]
    assert wait_until(lambda: not other.exists, timeout_seconds=GONE_SECONDS)
    assert processes_of(other) == []
    assert all(status.is_ready for status in cluster.status())


def test_the_commands_say_what_is_there(cluster: LocalCluster, home: Path) -> None:
    def allot(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "allot_cli", "local", *arguments],
            env=os.environ | {"ALLOT_HOME": str(home)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    status = allot("status", "--name", "mended")
    path = allot("kubeconfig", "--name", "mended")
    missing = allot("kubeconfig", "--name", "elsewhere")
    log = allot("logs", "kube-apiserver", "--name", "mended", "--tail", "3")
    audit = allot("logs", "audit", "--name", "mended", "--tail", "1")
    unknown = allot("logs", "kubelet", "--name", "mended")

    rows = [line.split("\t") for line in status.stdout.splitlines()]
    assert [row[:2] for row in rows] == [[name, "ready"] for name in COMPONENTS]
    assert path.stdout.strip() == str(cluster.kubeconfig)
    assert missing.returncode == 1
    assert "allot local up --name elsewhere" in missing.stderr
    assert len(log.stdout.splitlines()) == 3
    assert json.loads(audit.stdout)["level"] == "Metadata"
    assert unknown.returncode == 1
    assert "kube-controller-manager" in unknown.stderr


def test_nodes_renew_their_lease(cluster: LocalCluster) -> None:
    template = "jsonpath={.spec.renewTime}"

    def renewed() -> str:
        return kubectl(
            cluster, "get", "lease", "-n", "kube-node-lease", "allot-local-mended", "-o", template
        )

    before, deadline = renewed(), time.monotonic() + 40
    while renewed() == before:
        assert time.monotonic() < deadline
        time.sleep(0.5)
