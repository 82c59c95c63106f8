from __future__ import annotations

from allot_api.model_deployment import ModelDeploymentSpec, ModelDeploymentStatus
from allot_api.terms import CpuLimit, ScalingPolicy


def test_a_model_is_enough() -> None:
    spec = ModelDeploymentSpec.model_validate({"model_id": "e5"})

    assert (spec.num_threads, spec.queue_capacity, spec.replicas) == (1, 10_000, 1)
    assert spec.scaling.policy is ScalingPolicy.WORK
    assert spec.cpu_limit is CpuLimit.NUM_THREADS


def test_kubernetes_words_are_written_as_kubernetes_writes_them() -> None:
    claim = {"persistentVolumeClaim": {"claimName": "weights"}}
    spec = ModelDeploymentSpec.model_validate(
        {"model_id": "e5", "cpuLimit": "None", "cache": claim}
    )

    written = spec.model_dump(mode="json", exclude_unset=True)

    assert written == {"model_id": "e5", "cpuLimit": "None", "cache": claim}


def test_an_empty_status_reads() -> None:
    assert ModelDeploymentStatus.model_validate({}).conditions == []
