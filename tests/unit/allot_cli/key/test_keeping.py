from __future__ import annotations

import pytest

from allot_api.api_keys import ApiKey
from allot_api.key_hashes import hash_key
from allot_api.names import OPERATOR_NAMESPACE
from allot_cli.errors import KeyRefused
from allot_cli.key.keeping import delete_key, keep_key, list_keys
from allot_cluster.resources import SECRETS
from tests.fakes.cluster import FakeCluster

KEY = ApiKey("app", hash_key(b"s"), "app")


async def test_a_key_is_kept_listed_and_deleted() -> None:
    cluster = FakeCluster()

    name = await keep_key(cluster, OPERATOR_NAMESPACE, KEY)

    assert [(row.secret, row.key) for row in await list_keys(cluster, OPERATOR_NAMESPACE)] == [
        (name, KEY)
    ]
    assert await list_keys(cluster, "elsewhere") == []
    await delete_key(cluster, OPERATOR_NAMESPACE, "app")
    assert cluster.peek_all(SECRETS) == []


async def test_an_id_is_given_once() -> None:
    cluster = FakeCluster()
    await keep_key(cluster, OPERATOR_NAMESPACE, KEY)

    with pytest.raises(KeyRefused, match="allot key delete app"):
        await keep_key(cluster, OPERATOR_NAMESPACE, KEY)


async def test_what_is_not_there_cannot_be_deleted() -> None:
    with pytest.raises(KeyRefused, match="no key app"):
        await delete_key(FakeCluster(), OPERATOR_NAMESPACE, "app")
