"""Write what the components need to trust one another: certificates and kubeconfigs."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import datetime
from pathlib import Path
from typing import Any

from allot_local.certificates import Pair, Subject, new_authority, new_signing_key, sign
from allot_local.components import HOST, node_name
from allot_local.layout import Addresses, Layout

# The first address of the Service network is the API server's own.
KUBERNETES_SERVICE = "10.96.0.1"
SERVER_NAMES = (
    "localhost",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
)
# Those that have a kubeconfig of their own.
CLIENTS = ("kube-controller-manager", "kube-scheduler", "node", "load-balancer")
# Who wrote what, for tests and for people; reads and Leases would only be noise.
AUDIT_POLICY = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [
        {"level": "None", "verbs": ["get", "list", "watch"]},
        {"level": "None", "resources": [{"group": "coordination.k8s.io", "resources": ["leases"]}]},
        {"level": "Metadata"},
    ],
}


def subjects(cluster: str) -> dict[str, Subject]:
    """Return whom each certificate of the cluster names, by file name."""
    return {
        "server": Subject("kube-apiserver", (), SERVER_NAMES, (HOST, KUBERNETES_SERVICE)),
        "admin": Subject("allot-admin", ("system:masters",)),
        "kubelet-client": Subject("kube-apiserver-kubelet-client", ("system:masters",)),
        "kube-controller-manager": Subject("system:kube-controller-manager"),
        "kube-scheduler": Subject("system:kube-scheduler"),
        # A node may not write Services. Kubernetes has a role for who does, bound to this name.
        "load-balancer": Subject("system:serviceaccount:kube-system:service-controller"),
        "node": Subject(
            f"system:node:{node_name(cluster)}", ("system:nodes",), ("localhost",), (HOST,)
        ),
    }


def write_credentials(cluster: str, layout: Layout, addresses: Addresses, now: datetime) -> None:
    """Write all certificates, keys and kubeconfigs of a new cluster."""
    layout.pki.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_pair(layout.pki, "ca", new_authority(f"allot-local-{cluster}", now))
    signing = new_signing_key()
    write_private(layout.pki / "service-account.key", signing.key)
    (layout.pki / "service-account.pub").write_bytes(signing.certificate)
    add_credentials(cluster, layout, addresses, now)
    (layout.pki / "audit-policy.yaml").write_text(json.dumps(AUDIT_POLICY, indent=2))
    # Last: its presence says that everything else is there.
    write_kubeconfig(layout.kubeconfig, "admin", layout, addresses, cluster=f"allot-{cluster}")


def add_credentials(cluster: str, layout: Layout, addresses: Addresses, now: datetime) -> None:
    """Write the certificates and components' kubeconfigs that are not there.

    Some are missing in a cluster that an earlier version made.
    """
    authority = read_pair(layout.pki, "ca")
    for name, subject in subjects(cluster).items():
        if not (layout.pki / f"{name}.key").is_file():
            write_pair(layout.pki, name, sign(authority, subject, now))
    for name in CLIENTS:
        path = layout.component_kubeconfig(name)
        if not path.is_file():
            write_kubeconfig(path, name, layout, addresses)


def write_kubeconfig(
    path: Path, user: str, layout: Layout, addresses: Addresses, *, cluster: str = "allot-local"
) -> None:
    """Write a kubeconfig that holds its certificates itself, so that it may be copied."""
    content = build_kubeconfig(
        cluster,
        server=addresses.server,
        authority=(layout.pki / "ca.crt").read_bytes(),
        pair=read_pair(layout.pki, user),
    )
    write_private(path, json.dumps(content, indent=2).encode())


def build_kubeconfig(cluster: str, *, server: str, authority: bytes, pair: Pair) -> dict[str, Any]:
    """Return a kubeconfig document with one cluster, one user and one context."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": cluster,
                "cluster": {"server": server, "certificate-authority-data": base64_text(authority)},
            }
        ],
        "users": [
            {
                "name": cluster,
                "user": {
                    "client-certificate-data": base64_text(pair.certificate),
                    "client-key-data": base64_text(pair.key),
                },
            }
        ],
        "contexts": [{"name": cluster, "context": {"cluster": cluster, "user": cluster}}],
        "current-context": cluster,
    }


def base64_text(content: bytes) -> str:
    """Return the bytes in base64, as kubeconfigs hold them."""
    return b64encode(content).decode()


def read_pair(folder: Path, name: str) -> Pair:
    """Return a certificate and its key."""
    return Pair((folder / f"{name}.crt").read_bytes(), (folder / f"{name}.key").read_bytes())


def write_pair(folder: Path, name: str, pair: Pair) -> None:
    """Write a certificate and its key."""
    (folder / f"{name}.crt").write_bytes(pair.certificate)
    write_private(folder / f"{name}.key", pair.key)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read."""
    path.touch(mode=0o600)
    path.write_bytes(content)
