from __future__ import annotations

from typing import Any

import pytest

from allot_api.model_deployment import Cache
from allot_api.trained_model import ModelSource
from allot_operator.desired.container import build_container
from allot_operator.desired.deployment import build_deployment
from allot_operator.desired.source_access import (
    build_secret_environment,
    build_source_environment,
    build_source_mounts,
    build_source_volumes,
    find_size_limit,
)
from tests.unit.allot_operator.builders import IMAGE, a_model_spec, a_subject, some_settings

PLAIN = ModelSource(uri="file:///weights")
CLAIMED = ModelSource(uri="pvc://my-claim/models/e5")


def a_cache(**kind: Any) -> Cache:
    return Cache.model_validate(kind)


def test_a_source_elsewhere_adds_nothing_to_a_pod() -> None:
    assert build_source_volumes(PLAIN) == build_source_mounts(PLAIN) == []
    assert build_source_environment(PLAIN, Cache()) == build_secret_environment(PLAIN) == {}


def test_a_claim_is_mounted_for_reading_only() -> None:
    (volume,), (mount,) = build_source_volumes(CLAIMED), build_source_mounts(CLAIMED)

    assert volume["persistentVolumeClaim"] == {"claimName": "my-claim", "readOnly": True}
    assert (mount["name"], mount["readOnly"]) == (volume["name"], True)
    told = build_source_environment(CLAIMED, Cache())
    assert told == {"ALLOT_CLAIM_DIR": mount["mountPath"]}


def test_a_secrets_keys_become_variables() -> None:
    source = ModelSource.model_validate({"uri": "file:///weights", "secretRef": {"name": "mine"}})

    assert build_secret_environment(source) == {"envFrom": [{"secretRef": {"name": "mine"}}]}


@pytest.mark.parametrize(
    ("cache", "limit"),
    [
        (a_cache(), None),
        (a_cache(emptyDir={}), None),
        (a_cache(emptyDir={"sizeLimit": "1Mi"}), 2**20),
        (a_cache(hostPath={"path": "/x", "sizeLimit": "5G"}), 5 * 10**9),
        (a_cache(persistentVolumeClaim={"claimName": "c", "sizeLimit": "0.5Gi"}), 2**29),
    ],
)
def test_a_caches_bound_is_told_in_bytes(cache: Cache, limit: int | None) -> None:
    assert find_size_limit(cache) == limit
    told = build_source_environment(PLAIN, cache)
    assert told == ({} if limit is None else {"ALLOT_CACHE_LIMIT_BYTES": str(limit)})


def test_the_whole_pod_has_what_its_source_needs() -> None:
    model = a_model_spec(source={"uri": "pvc://c/a", "secretRef": {"name": "mine"}})
    settings = some_settings(cache={"hostPath": {"path": "/x", "sizeLimit": "1Gi"}})

    container = build_container(settings, model, IMAGE)
    pod = build_deployment(a_subject(), settings, model, IMAGE)["spec"]["template"]["spec"]

    assert container["envFrom"] == [{"secretRef": {"name": "mine"}}]
    names = {one["name"] for one in container["env"]}
    assert {"ALLOT_CLAIM_DIR", "ALLOT_CACHE_LIMIT_BYTES"} <= names
    volumes = [one["name"] for one in pod["volumes"]]
    assert volumes == [one["name"] for one in container["volumeMounts"]]
