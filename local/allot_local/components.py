"""The components' command lines: pure functions of layout and addresses.

Each component listens on loopback only. etcd does not sync to disk: the cluster is a
place to try things, its state survives the end of any process, and a laptop's disk is left
in peace; only a crash of the machine itself could lose the last second.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from allot_local.layout import Addresses, Layout

HOST = "127.0.0.1"
SERVICE_NETWORK = "10.96.0.0/16"
# EndpointSlices refuse loopback addresses, so their controllers would warn at every Service.
CONTROLLERS_OFF = (
    "endpoints-controller",
    "endpointslice-controller",
    "endpointslice-mirroring-controller",
)


@dataclass(frozen=True, slots=True)
class Component:
    """A process of the control plane: its name, command line and where to ask if it is ready."""

    name: str
    command: tuple[str, ...]
    ready_url: str
    environment: dict[str, str] = field(default_factory=dict)


def plan_components(
    name: str, layout: Layout, addresses: Addresses, programs: Path
) -> Sequence[Component]:
    """Return the components in the order in which they start."""
    return (
        build_etcd(layout, addresses, programs),
        build_api_server(layout, addresses, programs),
        build_controller_manager(layout, addresses, programs),
        build_scheduler(layout, addresses, programs),
        build_node(name, layout, addresses),
    )


def flags(**values: str | int | Path) -> tuple[str, ...]:
    """Return `--name=value` for each keyword, underscores as dashes."""
    return tuple(f"--{key.replace('_', '-')}={value}" for key, value in values.items())


def build_etcd(layout: Layout, addresses: Addresses, programs: Path) -> Component:
    """Return etcd, with TLS and client certificates."""
    client = f"https://{HOST}:{addresses.etcd}"
    peer = f"http://{HOST}:{addresses.etcd_peer}"
    return Component(
        "etcd",
        (
            str(programs / "etcd"),
            *flags(
                name="local",
                data_dir=layout.etcd,
                listen_client_urls=client,
                advertise_client_urls=client,
                listen_peer_urls=peer,
                initial_advertise_peer_urls=peer,
                initial_cluster=f"local={peer}",
                cert_file=layout.pki / "server.crt",
                key_file=layout.pki / "server.key",
                trusted_ca_file=layout.pki / "ca.crt",
                client_cert_auth="true",
                auto_compaction_mode="periodic",
                auto_compaction_retention="30m",
                log_level="warn",
            ),
            "--unsafe-no-fsync",
        ),
        f"{client}/readyz",
    )


def build_api_server(layout: Layout, addresses: Addresses, programs: Path) -> Component:
    """Return the API server: TLS, RBAC and Node authorisation, service-account tokens."""
    pki = layout.pki
    return Component(
        "kube-apiserver",
        (
            str(programs / "kube-apiserver"),
            *flags(
                etcd_servers=f"https://{HOST}:{addresses.etcd}",
                etcd_cafile=pki / "ca.crt",
                etcd_certfile=pki / "admin.crt",
                etcd_keyfile=pki / "admin.key",
                bind_address=HOST,
                advertise_address=HOST,
                secure_port=addresses.api_server,
                tls_cert_file=pki / "server.crt",
                tls_private_key_file=pki / "server.key",
                client_ca_file=pki / "ca.crt",
                authorization_mode="Node,RBAC",
                enable_admission_plugins="NodeRestriction",
                endpoint_reconciler_type="none",
                service_cluster_ip_range=SERVICE_NETWORK,
                service_account_issuer="https://kubernetes.default.svc.cluster.local",
                service_account_key_file=pki / "service-account.pub",
                service_account_signing_key_file=pki / "service-account.key",
                kubelet_certificate_authority=pki / "ca.crt",
                kubelet_client_certificate=pki / "kubelet-client.crt",
                kubelet_client_key=pki / "kubelet-client.key",
                kubelet_preferred_address_types="InternalIP",
                audit_policy_file=pki / "audit-policy.yaml",
                audit_log_path=layout.log("audit"),
                audit_log_maxsize=20,
                audit_log_maxbackup=2,
                shutdown_delay_duration="0s",
                profiling="false",
            ),
        ),
        f"https://{HOST}:{addresses.api_server}/readyz",
    )


def build_controller_manager(layout: Layout, addresses: Addresses, programs: Path) -> Component:
    """Return the controller manager with all default controllers but three."""
    return Component(
        "kube-controller-manager",
        (
            str(programs / "kube-controller-manager"),
            *_client_flags(layout, "kube-controller-manager", addresses.controller_manager),
            *flags(
                controllers=",".join(["*", *(f"-{name}" for name in CONTROLLERS_OFF)]),
                use_service_account_credentials="true",
                root_ca_file=layout.pki / "ca.crt",
                service_account_private_key_file=layout.pki / "service-account.key",
                cluster_signing_cert_file=layout.pki / "ca.crt",
                cluster_signing_key_file=layout.pki / "ca.key",
            ),
        ),
        f"https://{HOST}:{addresses.controller_manager}/healthz",
    )


def build_scheduler(layout: Layout, addresses: Addresses, programs: Path) -> Component:
    """Return the scheduler."""
    return Component(
        "kube-scheduler",
        (
            str(programs / "kube-scheduler"),
            *_client_flags(layout, "kube-scheduler", addresses.scheduler),
        ),
        f"https://{HOST}:{addresses.scheduler}/healthz",
    )


def _client_flags(layout: Layout, component: str, port: int) -> tuple[str, ...]:
    """Return the flags of a component that is a client of the API server."""
    kubeconfig = layout.component_kubeconfig(component)
    return flags(
        kubeconfig=kubeconfig,
        authentication_kubeconfig=kubeconfig,
        authorization_kubeconfig=kubeconfig,
        bind_address=HOST,
        secure_port=port,
        tls_cert_file=layout.pki / "server.crt",
        tls_private_key_file=layout.pki / "server.key",
        # One of each runs here: an election would only delay every start.
        leader_elect="false",
        profiling="false",
    )


def node_name(cluster: str) -> str:
    """Return the name of the cluster's one Node."""
    return f"allot-local-{cluster}"


def build_node(cluster: str, layout: Layout, addresses: Addresses) -> Component:
    """Return the node agent, run by this Python."""
    return Component(
        "node",
        (
            sys.executable,
            "-m",
            "allot_local.node",
            *flags(
                kubeconfig=layout.component_kubeconfig("node"),
                balancer_kubeconfig=layout.component_kubeconfig("load-balancer"),
                root=layout.node,
                name=node_name(cluster),
                pod_network=addresses.pod_network,
                port=addresses.node,
                serving_cert=layout.pki / "node.crt",
                serving_key=layout.pki / "node.key",
                client_ca=layout.pki / "ca.crt",
            ),
        ),
        f"https://{HOST}:{addresses.node}/healthz",
    )
