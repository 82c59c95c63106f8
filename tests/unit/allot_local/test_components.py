from __future__ import annotations

from pathlib import Path

import pytest

from allot_local.cluster import COMPONENTS, STOP_ORDER
from allot_local.components import CONTROLLERS_OFF, Component, flags, plan_components
from allot_local.credentials import AUDIT_POLICY
from allot_local.layout import Addresses, Layout

ADDRESSES = Addresses(
    api_server=11, etcd=12, etcd_peer=13, controller_manager=14, scheduler=15, node=16, pod_octet=17
)


@pytest.fixture
def components() -> dict[str, Component]:
    planned = plan_components("c", Layout(Path("/home/c")), ADDRESSES, Path("/programs"))
    return {component.name: component for component in planned}


def test_the_store_starts_first_and_every_component_is_stopped(
    components: dict[str, Component],
) -> None:
    assert tuple(components) == COMPONENTS
    stopped = [name for names in STOP_ORDER for name in names]
    assert sorted(stopped) == sorted(COMPONENTS)
    assert stopped.index("node") < stopped.index("kube-apiserver") < stopped.index("etcd")


def test_everything_listens_on_loopback(components: dict[str, Component]) -> None:
    assert all("//127.0.0.1:" in one.ready_url for one in components.values())
    for name in ("kube-apiserver", "kube-controller-manager", "kube-scheduler"):
        assert "--bind-address=127.0.0.1" in components[name].command


def test_the_api_server_authorizes_nodes_and_roles(components: dict[str, Component]) -> None:
    command = components["kube-apiserver"].command

    assert "--authorization-mode=Node,RBAC" in command
    assert "--enable-admission-plugins=NodeRestriction" in command
    assert "--endpoint-reconciler-type=none" in command


def test_the_api_server_records_writes_in_a_file_of_bounded_size(
    components: dict[str, Component],
) -> None:
    command = components["kube-apiserver"].command
    levels = [(rule["level"], rule.get("verbs")) for rule in AUDIT_POLICY["rules"]]

    assert "--audit-log-path=/home/c/logs/audit.log" in command
    assert {"--audit-log-maxsize=20", "--audit-log-maxbackup=2"} <= set(command)
    assert ("None", ["get", "list", "watch"]) in levels
    assert levels[-1] == ("Metadata", None)


def test_three_controllers_are_off_and_all_others_on(components: dict[str, Component]) -> None:
    off = ",".join(f"-{name}" for name in CONTROLLERS_OFF)

    assert f"--controllers=*,{off}" in components["kube-controller-manager"].command


def test_flags_are_spelled_as_the_components_do() -> None:
    assert flags(bind_address="a", secure_port=1) == ("--bind-address=a", "--secure-port=1")
