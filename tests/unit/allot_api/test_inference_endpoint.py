from __future__ import annotations

from allot_api.inference_endpoint import InferenceEndpointSpec, InferenceEndpointStatus
from allot_api.terms import ChunkingStrategy, Service, TaskType


def test_the_body_of_elasticsearchs_put_reads_as_it_is() -> None:
    body = {
        "service": "elasticsearch",
        "service_settings": {
            "adaptive_allocations": {
                "enabled": True,
                "min_number_of_allocations": 1,
                "max_number_of_allocations": 4,
            },
            "num_threads": 1,
            "model_id": ".elser_model_2",
        },
        "chunking_settings": {"strategy": "sentence", "max_chunk_size": 250, "sentence_overlap": 1},
    }

    spec = InferenceEndpointSpec.model_validate({"task_type": "sparse_embedding", **body})

    assert (spec.service, spec.task_type) == (Service.ELASTICSEARCH, TaskType.SPARSE_EMBEDDING)
    assert spec.chunking_settings is not None
    assert spec.chunking_settings.strategy is ChunkingStrategy.SENTENCE
    assert spec.model_dump(mode="json", exclude_none=True) == {
        "task_type": "sparse_embedding",
        **body,
    }


def test_the_status_of_another_generation_keeps_its_number() -> None:
    status = InferenceEndpointStatus.model_validate({"observedGeneration": 3})

    assert status.model_dump(mode="json", exclude_none=True) == {
        "conditions": [],
        "observedGeneration": 3,
    }
