from __future__ import annotations

from dataclasses import replace
from typing import Any

from allot_api.conditions import AcceptedReason
from allot_cluster.declared import Deployment, Endpoint, read_endpoint
from allot_operator.acceptance.verdict import Verdict
from allot_operator.desired.front import Front, NoFront
from allot_operator.judging.deployment_status import build_deployment_status
from allot_operator.judging.endpoint_status import EndpointFacts, build_endpoint_status
from tests.unit.allot_operator.builders import NAMESPACE, NOW, a_deployment, an_endpoint_manifest
from tests.unit.allot_operator.judging.cases import ACCEPTED, REFUSED, some_facts


def an_endpoint(**settings: Any) -> Endpoint:
    return read_endpoint(an_endpoint_manifest("e", **settings))


def a_serving(**fields: Any) -> Deployment:
    facts = some_facts(deployment=a_deployment("d", num_allocations=1), **fields)
    return replace(facts.deployment, status=build_deployment_status(facts, NOW))


def conditions(endpoint: Endpoint, verdict: Verdict, serving: Deployment | None) -> dict[str, Any]:
    status = build_endpoint_status(EndpointFacts(endpoint, verdict, serving), NOW)
    assert status is not None
    return {one.type: (one.status.value, one.reason) for one in status.conditions}


def test_an_endpoint_tells_its_deployments_story() -> None:
    serving = a_serving()

    told = conditions(an_endpoint(), ACCEPTED, serving)

    same = {one.type: (one.status.value, one.reason) for one in serving.status.conditions}
    assert told == same


def test_an_endpoint_has_its_deployments_numbers_and_a_url_of_its_own() -> None:
    serving = a_serving()
    status = build_endpoint_status(EndpointFacts(an_endpoint(), ACCEPTED, serving), NOW)

    assert status is not None
    assert status.deployment_stats == serving.status.deployment_stats
    assert status.model == serving.status.model
    assert status.url == f"{serving.status.url}/_inference/text_embedding/e"


def test_a_gateways_url_names_the_endpoint_and_its_namespace_unless_that_is_the_default() -> None:
    def url_at(default_namespace: str) -> str | None:
        front = Front("http://gateway:9200", default_namespace)
        facts = EndpointFacts(an_endpoint(), ACCEPTED, a_serving(), front=front)
        status = build_endpoint_status(facts, NOW)
        return status.url if status else None

    assert url_at(NAMESPACE) == "http://gateway:9200/_inference/text_embedding/e"
    assert url_at("b") == f"http://gateway:9200/{NAMESPACE}/_inference/text_embedding/e"


def test_while_it_is_not_known_whether_a_gateway_is_there_the_url_stays() -> None:
    endpoint = an_endpoint()
    known = replace(endpoint, status=endpoint.status.model_copy(update={"url": "http://before"}))

    facts = EndpointFacts(known, ACCEPTED, a_serving(), front=NoFront.UNKNOWN)
    status = build_endpoint_status(facts, NOW)

    assert status is not None
    assert status.url == "http://before"


def test_what_is_refused_from_the_start_serves_nothing() -> None:
    told = conditions(an_endpoint(), REFUSED, None)

    assert told["Accepted"] == ("False", "ModelNotFound")
    assert told["Ready"] == ("False", "ModelNotFound")
    assert told["Servable"] == ("False", "NotAccepted")
    assert told["ModelAvailable"] == ("False", "NotAccepted")
    assert told["Reconciling"] == ("True", "Waiting")


def test_why_nothing_serves_it_is_told_beside_servable() -> None:
    status = build_endpoint_status(EndpointFacts(an_endpoint(), REFUSED, None), NOW)

    assert status is not None
    messages = {one.type: one.message for one in status.conditions}
    assert messages["Servable"] == REFUSED.message


def test_a_write_that_the_api_server_refuses_is_told_and_what_serves_goes_on() -> None:
    refusal = "ModelDeployment e: exceeded quota"
    first = EndpointFacts(an_endpoint(), ACCEPTED, None, refusal)
    later = EndpointFacts(an_endpoint(), ACCEPTED, a_serving(), refusal)

    for facts, servable in ((first, "False"), (later, "True")):
        status = build_endpoint_status(facts, NOW)
        assert status is not None
        told = {one.type: one for one in status.conditions}
        assert (told["Ready"].reason, told["Ready"].message) == ("WriteRefused", refusal)
        assert told["Servable"].status == servable
        assert told["UpToDate"].status == "False"
        assert told["Reconciling"].status == "True"


def test_what_is_refused_later_goes_on_serving_what_it_served() -> None:
    verdict = Verdict(AcceptedReason.TASK_MISMATCH, "another task")

    told = conditions(an_endpoint(), verdict, a_serving())

    assert told["Servable"] == ("True", "Serving")
    assert told["UpToDate"] == ("False", "NotAccepted")
    assert told["Ready"] == ("False", "TaskMismatch")
