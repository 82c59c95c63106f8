"""A gate over a cluster, in memory and real: keys come and go, and RBAC decides."""

from __future__ import annotations

import asyncio

import pytest

from allot_api.api_keys import ApiKey, build_api_key_secret, encode_credentials
from allot_api.key_hashes import hash_key
from allot_api.names import GROUP
from allot_cluster.interface import Cluster
from allot_cluster.resources import SECRETS, Resource
from allot_gateway.access.actions import Action, Verb
from allot_gateway.access.gate import Gate
from allot_gateway.access.mode import Access
from allot_gateway.access.opening import GateSettings, opened_gate
from allot_protocol.errors import RequestFault
from tests.fakes.cluster import FakeCluster
from tests.fakes.reviews import Grant

ROLES = Resource("rbac.authorization.k8s.io", "v1", "Role", "roles")
BINDINGS = Resource("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings")


async def allow_readers(cluster: Cluster, namespace: str) -> None:
    """Let the group `readers` infer by the endpoint `mine`."""
    if isinstance(cluster, FakeCluster):
        cluster.reviewer.grants = {
            Grant("readers", "infer", "inferenceendpoints", namespace, "mine")
        }
        return
    metadata = {"name": "readers", "namespace": namespace}
    rule = {
        "apiGroups": [GROUP],
        "resources": ["inferenceendpoints"],
        "resourceNames": ["mine"],
        "verbs": ["infer"],
    }
    await cluster.create(ROLES, {"metadata": metadata, "rules": [rule]})
    binding = {
        "metadata": metadata,
        "roleRef": {"apiGroup": ROLES.group, "kind": "Role", "name": "readers"},
        "subjects": [{"apiGroup": ROLES.group, "kind": "Group", "name": "readers"}],
    }
    await cluster.create(BINDINGS, binding)


async def status_of(gate: Gate, header: str, action: Action) -> int:
    try:
        await gate.admit([(b"authorization", header.encode())], action)
    except RequestFault as fault:
        return fault.status
    return 200


async def until_status(gate: Gate, header: str, action: Action, status: int) -> None:
    found = 0
    for _ in range(300):
        found = await status_of(gate, header, action)
        if found == status:
            return
        await asyncio.sleep(0.05)
    pytest.fail(f"never {status}, last {found}")


async def test_keys_come_and_go_and_rbac_decides(cluster: Cluster, namespace: str) -> None:
    await allow_readers(cluster, namespace)
    key = ApiKey("app", hash_key(b"secret"), "app", ("readers",))
    secret = build_api_key_secret(key, namespace)
    header = f"ApiKey {encode_credentials('app', 'secret')}"
    mine, other = (Action(Verb.INFER, namespace, name) for name in ("mine", "other"))

    async with opened_gate(GateSettings(Access.RBAC, namespace), cluster) as gate:
        await until_status(gate, header, mine, 401)
        await cluster.create(SECRETS, secret)
        await until_status(gate, header, mine, 200)

        assert await status_of(gate, header, other) == 403
        assert await status_of(gate, header, Action(Verb.DELETE, namespace, "mine")) == 403
        assert await status_of(gate, "Bearer e30.e30.e30", mine) == 401

        await cluster.delete(SECRETS, namespace, secret["metadata"]["name"])
        await until_status(gate, header, mine, 401)
