from __future__ import annotations

from allot_cluster.errors import Forbidden
from allot_cluster.resources import NAMESPACES
from tests.unit.allot_gateway.world import World


async def uuid(world: World) -> str:
    return str((await world.call("GET", "/")).json()["cluster_uuid"])


async def test_says_what_clients_ask_for(world: World) -> None:
    answered = await world.call("GET", "/")

    body = answered.json()
    assert answered.status_code == 200
    assert list(body) == ["name", "cluster_name", "cluster_uuid", "version", "tagline"]
    assert body["version"]["number"].startswith("9.")
    assert body["tagline"] == "You Know, for Search"


async def test_a_ping_is_answered_without_a_body(world: World) -> None:
    answered = await world.call("HEAD", "/")

    assert (answered.status_code, answered.content) == (200, b"")
    assert answered.headers["x-elastic-product"] == "Elasticsearch"


async def test_the_uuid_is_the_clusters_own_and_read_once(world: World) -> None:
    namespace = {"metadata": {"name": "kube-system", "uid": "a-uid"}}
    world.cluster.add(NAMESPACES, namespace)

    first = await uuid(world)
    world.cluster.away = True

    assert first == await uuid(world) == "a-uid"


async def test_a_uuid_that_may_not_be_read_is_none(world: World) -> None:
    world.cluster.fail("get", Forbidden("namespaces is forbidden"))

    assert await uuid(world) == "_na_"
