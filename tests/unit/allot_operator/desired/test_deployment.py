from __future__ import annotations

from typing import Any

from allot_api.names import model_labels
from allot_operator.desired.deployment import (
    build_deployment,
    choose_resource_name,
    fingerprint_settings,
)
from allot_operator.words import MODEL_ANNOTATION, SETTINGS_ANNOTATION, TEMPLATE_ANNOTATION
from tests.unit.allot_operator.builders import IMAGE, a_model_spec, a_subject, some_settings


def build(image: str = IMAGE, **spec: Any) -> dict[str, Any]:
    return build_deployment(a_subject("d"), some_settings(**spec), a_model_spec(), image)


def marks(manifest: dict[str, Any]) -> tuple[str, str, str]:
    annotations = manifest["spec"]["template"]["metadata"]["annotations"]
    names = (SETTINGS_ANNOTATION, MODEL_ANNOTATION, TEMPLATE_ANNOTATION)
    return tuple(annotations[name] for name in names)  # type: ignore[return-value]


def test_pods_are_found_by_the_labels_that_they_have() -> None:
    manifest = build()
    name = choose_resource_name("d")

    assert manifest["metadata"]["name"] == name
    assert manifest["spec"]["selector"]["matchLabels"] == model_labels(name)
    assert manifest["spec"]["template"]["metadata"]["labels"] == model_labels(name)


def test_it_never_takes_a_pod_away_before_another_serves() -> None:
    strategy = build()["spec"]["strategy"]

    assert strategy == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0},
    }


def test_it_does_not_say_how_many() -> None:
    assert "replicas" not in build()["spec"]


def test_pods_fit_the_restricted_profile() -> None:
    pod = build()["spec"]["template"]["spec"]
    container = pod["containers"][0]

    assert pod["securityContext"] == {
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    }
    assert (pod["automountServiceAccountToken"], pod["enableServiceLinks"]) == (False, False)


def test_a_claim_belongs_to_the_pods_group() -> None:
    pod = build(cache={"persistentVolumeClaim": {"claimName": "c"}})["spec"]["template"]["spec"]

    assert pod["securityContext"]["fsGroup"] == 65532


def test_another_image_changes_the_template_and_no_settings() -> None:
    one, other = marks(build()), marks(build(image="allot/runtime:next"))

    assert one[:2] == other[:2]
    assert one[2] != other[2]


def test_other_settings_of_scaling_replace_no_pod() -> None:
    scaling = {"target_utilization": 50, "drain_seconds": 1, "scale_down_cooldown": "1h"}

    assert build(scaling=scaling) == build()
    assert build(scaling={"policy": "external"}) == build()


def test_other_threads_change_settings_but_no_model() -> None:
    one, other = marks(build()), marks(build(num_threads=2))

    assert one[0] != other[0]
    assert one[1] == other[1]


def test_allocations_change_no_pod() -> None:
    assert build(num_allocations=1) == build(num_allocations=3)
    assert fingerprint_settings(some_settings(), a_model_spec()) == fingerprint_settings(
        some_settings(num_allocations=5), a_model_spec()
    )


def test_settings_without_a_pod_block_have_the_hash_that_they_always_had() -> None:
    # Written down from the version before the block: an upgrade of Allot must not roll its pods.
    cache = {"hostPath": {"path": "/x"}}
    chosen = some_settings(num_threads=4, cache=cache), a_model_spec(dimensions=384)

    assert fingerprint_settings(some_settings(), a_model_spec()) == "330377ad15425e0c"
    assert fingerprint_settings(*chosen) == "e8b67174209a2417"
    assert fingerprint_settings(some_settings(pod={}), a_model_spec()) == "330377ad15425e0c"


def test_bytes_are_another_setting_and_floats_none() -> None:
    plain = marks(build())

    assert marks(build(element_type="float")) == plain
    assert marks(build(element_type="byte"))[0] != plain[0]
    assert marks(build(element_type="byte"))[1] == plain[1]


def test_another_pod_block_is_another_setting_and_the_same_model() -> None:
    one, other = marks(build()), marks(build(pod={"labels": {"team": "search"}}))

    assert one[0] != other[0]
    assert one[1] == other[1]
