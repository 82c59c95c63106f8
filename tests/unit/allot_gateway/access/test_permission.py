from __future__ import annotations

import pytest

from allot_cluster.errors import Forbidden
from allot_cluster.reviews import Attempt, Identity
from allot_gateway.access.actions import DEPLOYMENTS, Action, Verb
from allot_gateway.access.permission import Permissions, build_attempt
from allot_protocol.errors import RequestFault
from tests.fakes.cluster import FakeCluster
from tests.unit.allot_gateway.access.clock import Clock

GROUP = "inference.allot.dev"


def test_rbac_is_asked_in_kubernetes_words() -> None:
    assert build_attempt(Action(Verb.INFER, "shop", "a")) == Attempt(
        "infer", GROUP, "inferenceendpoints", "shop", "a"
    )
    assert build_attempt(Action(Verb.UPDATE, "shop", "a", DEPLOYMENTS)) == Attempt(
        "update", GROUP, "modeldeployments", "shop", "a"
    )


def test_a_create_is_asked_without_the_name_as_the_api_server_asks() -> None:
    assert build_attempt(Action(Verb.CREATE, "shop", "a")).name is None
    assert build_attempt(Action(Verb.LIST, "shop")).name is None


async def test_a_gateway_that_may_not_ask_says_so() -> None:
    cluster = FakeCluster()
    cluster.fail("create", Forbidden("cannot create subjectaccessreviews"))
    permissions = Permissions(cluster, now=Clock().now)

    with pytest.raises(RequestFault, match="cannot create subjectaccessreviews") as caught:
        await permissions.check(Identity("bob"), Action(Verb.INFER, "shop", "a"))

    assert caught.value.status == 503
