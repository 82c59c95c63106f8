from __future__ import annotations

import pytest

from allot_api.conditions import ConditionType
from allot_cli.errors import NotExplained
from allot_cli.explain.facts import Facts, read_deployment, read_endpoint
from tests.unit.allot_cli.explain.builders import (
    NAMESPACE,
    a_condition,
    a_deployment,
    a_deployment_manifest,
    a_status,
    an_endpoint_manifest,
)


def test_an_endpoint_serves_from_its_own_deployment_or_one_that_it_shares() -> None:
    own = read_endpoint(an_endpoint_manifest(spec={"inference_id": "my_id"}))
    sharing = read_endpoint(an_endpoint_manifest(deployment_id="shared"))

    assert (own.inference_id, own.serving_deployment_id) == ("my_id", "my_id")
    assert sharing.serving_deployment_id == "shared"


def test_the_conditions_are_those_of_what_was_asked_for() -> None:
    mine = a_status(1, 1, a_condition("ScalingLimited", "True", "NoRoom"))
    facts = Facts(NAMESPACE, read_endpoint(an_endpoint_manifest(status=mine)), a_deployment())

    found = facts.condition(ConditionType.SCALING_LIMITED)

    assert found is not None
    assert found.reason == "NoRoom"
    assert Facts(NAMESPACE, None, None).condition(ConditionType.READY) is None


def test_what_another_version_stored_is_said_in_words() -> None:
    deployment = a_deployment_manifest(num_threads="many")
    endpoint = an_endpoint_manifest(spec={"task_type": "translation"})

    with pytest.raises(NotExplained, match=r"ModelDeployment d was stored by .* num_threads: "):
        read_deployment(deployment)
    with pytest.raises(NotExplained, match=r"InferenceEndpoint e was stored by .* task_type: "):
        read_endpoint(endpoint)


def test_what_nobody_has_looked_at_has_no_status() -> None:
    manifest = a_deployment_manifest(status={"observedGeneration": -1})

    assert read_deployment(manifest).status.deployment_stats is None
