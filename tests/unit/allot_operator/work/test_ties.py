from __future__ import annotations

from typing import Any

from allot_api.names import MODEL_DEPLOYMENT_LABEL
from allot_operator.desired.deployment import choose_resource_name
from allot_operator.work.ties import (
    ANY,
    pods_token,
    read_deployment_ties,
    read_endpoint_ties,
    read_model_ties,
    read_pods_token,
)
from tests.unit.allot_operator.builders import (
    MODEL_ID,
    OPERATOR_NAMESPACE,
    a_deployment_manifest,
    a_model_manifest,
    an_endpoint_manifest,
)

REFUSED = {"conditions": [{"type": "Accepted", "status": "False"}]}


def endpoint_ties(manifest: dict[str, Any]) -> Any:
    return read_endpoint_ties(manifest, OPERATOR_NAMESPACE)


def test_a_model_offers_its_id_and_its_aliases() -> None:
    ties = read_model_ties(a_model_manifest(aliases=["other"], metadata={"namespace": "a"}))

    assert ties.offers == {("model", "a", MODEL_ID), ("model", "a", "other")}
    assert ties.announces == {("model", "a", ANY)}


def test_an_endpoint_looks_to_its_model_here_and_in_the_operators_namespace() -> None:
    ties = endpoint_ties(an_endpoint_manifest("e"))

    assert ties.offers == {("endpoint", "a", "e")}
    assert ties.looks_to == {
        ("deployment", "a", "e"),
        ("model", "a", MODEL_ID),
        ("model", OPERATOR_NAMESPACE, MODEL_ID),
    }


def test_an_attached_endpoint_looks_to_its_deployment() -> None:
    ties = endpoint_ties(an_endpoint_manifest("e", deployment_id="shared"))

    assert ("deployment", "a", "shared") in ties.looks_to


def test_an_elser_endpoint_without_a_model_looks_to_elsers() -> None:
    manifest = an_endpoint_manifest("e")
    manifest["spec"] |= {"service": "elser", "service_settings": {"num_allocations": 1}}

    assert ("model", "a", ".elser_model_2") in endpoint_ties(manifest).looks_to


def test_what_is_refused_looks_to_everything_that_could_mend_it() -> None:
    ties = endpoint_ties(an_endpoint_manifest("e") | {"status": REFUSED})

    assert {("model", "a", ANY), ("model", OPERATOR_NAMESPACE, ANY), ("deployment", "a", ANY)} <= (
        ties.looks_to
    )


def test_a_deployment_looks_to_its_pods_and_counts_every_version() -> None:
    first = a_deployment_manifest("d", metadata={"resourceVersion": "1"})
    second = a_deployment_manifest("d", metadata={"resourceVersion": "2"})

    ties = read_deployment_ties(first, OPERATOR_NAMESPACE)

    assert pods_token("a", choose_resource_name("d")) in ties.looks_to
    assert ties.version != read_deployment_ties(second, OPERATOR_NAMESPACE).version


def test_a_status_of_an_endpoint_concerns_nobody_else() -> None:
    before, after = an_endpoint_manifest("e"), an_endpoint_manifest("e")
    after["metadata"]["resourceVersion"] = "9"

    assert endpoint_ties(before).version == endpoint_ties(after).version


def test_a_pod_is_whose_its_label_says() -> None:
    pod = {"metadata": {"namespace": "a", "labels": {MODEL_DEPLOYMENT_LABEL: "allot-d"}}}

    assert read_pods_token(pod) == pods_token("a", "allot-d")
    assert read_pods_token({"metadata": {"namespace": "a"}}) is None
