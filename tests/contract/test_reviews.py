"""Reviews of tokens and of access, by the fake and by a real API server alike."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from allot_api.names import GROUP
from allot_cluster.interface import Cluster
from allot_cluster.resources import Resource
from allot_cluster.reviews import Attempt, Identity, review_access, review_token
from tests.fakes.cluster import FakeCluster
from tests.fakes.reviews import Grant

SERVICE_ACCOUNTS = Resource("", "v1", "ServiceAccount", "serviceaccounts")
ROLES = Resource("rbac.authorization.k8s.io", "v1", "Role", "roles")
BINDINGS = Resource("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings")


@dataclass(frozen=True, slots=True)
class Client:
    """A service account that may infer by one endpoint, and its tokens."""

    user: str
    plain: str
    for_allot: str


@pytest.fixture
async def client(request: pytest.FixtureRequest, cluster: Cluster, namespace: str) -> Client:
    user = f"system:serviceaccount:{namespace}:client"
    if isinstance(cluster, FakeCluster):
        groups = ["system:serviceaccounts", f"system:serviceaccounts:{namespace}"]
        known = {"username": user, "uid": "u", "groups": [*groups, "system:authenticated"]}
        cluster.reviewer.users = {"plain": known, "for-allot": known}
        cluster.reviewer.audiences = {"for-allot": ["allot"]}
        cluster.reviewer.grants = {Grant(user, "infer", "inferenceendpoints", namespace, "mine")}
        return Client(user, "plain", "for-allot")
    kubectl = request.getfixturevalue("kubectl")
    await cluster.create(SERVICE_ACCOUNTS, {"metadata": {"name": "client", "namespace": namespace}})
    rule = {"apiGroups": [GROUP], "resources": ["inferenceendpoints"], "verbs": ["infer"]}
    metadata = {"name": "infer", "namespace": namespace}
    rules = [{**rule, "resourceNames": ["mine"]}]
    await cluster.create(ROLES, {"metadata": metadata, "rules": rules})
    binding = {
        "metadata": metadata,
        "roleRef": {"apiGroup": ROLES.group, "kind": "Role", "name": "infer"},
        "subjects": [{"kind": "ServiceAccount", "name": "client", "namespace": namespace}],
    }
    await cluster.create(BINDINGS, binding)
    make = ("create", "token", "client", "-n", namespace)
    return Client(user, kubectl(*make).strip(), kubectl(*make, "--audience=allot").strip())


async def test_a_token_is_somebodys(cluster: Cluster, client: Client) -> None:
    found = await review_token(cluster, client.plain)

    assert found is not None
    assert found.user == client.user
    assert {"system:authenticated", "system:serviceaccounts"} <= set(found.groups)
    assert found.uid


async def test_no_token_is_nobodys(cluster: Cluster) -> None:
    assert await review_token(cluster, "nonsense") is None
    assert await review_token(cluster, "e30.e30.e30") is None


async def test_a_token_for_others_is_not_taken(cluster: Cluster, client: Client) -> None:
    assert await review_token(cluster, client.for_allot) is None
    assert await review_token(cluster, client.plain, ("allot",)) is None

    found = await review_token(cluster, client.for_allot, ("allot", "another"))

    assert found is not None
    assert found.user == client.user


@pytest.mark.parametrize(
    ("verb", "name", "allowed"),
    [("infer", "mine", True), ("infer", "other", False), ("infer", None, False),
     ("get", "mine", False)],
)  # fmt: skip
async def test_what_a_role_allows_is_allowed_and_no_more(
    cluster: Cluster, client: Client, namespace: str, verb: str, name: str | None, allowed: bool
) -> None:
    attempt = Attempt(verb, GROUP, "inferenceendpoints", namespace, name)

    found = await review_access(cluster, Identity(client.user), attempt)

    assert found is allowed


async def test_what_a_token_says_can_be_asked_with(
    cluster: Cluster, client: Client, namespace: str
) -> None:
    identity = await review_token(cluster, client.plain)
    attempt = Attempt("infer", GROUP, "inferenceendpoints", namespace, "mine")

    assert identity is not None
    assert json.dumps(identity.extra)
    assert await review_access(cluster, identity, attempt)
    assert not await review_access(cluster, Identity("somebody else"), attempt)
