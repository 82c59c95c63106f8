from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from allot_api.chunking import NoChunking, SentenceChunking
from allot_api.inference_endpoint import InferenceEndpointSpec
from allot_api.model_deployment import Cache, ModelDeploymentSpec
from allot_api.resolve import (
    AdaptiveSettings,
    DeploymentSettings,
    EmbeddingOptions,
    EndpointSettings,
    RerankOptions,
    resolve_deployment,
    resolve_endpoint,
    resolve_model,
)
from allot_api.scaling import Scaling, resolve_scaling
from allot_api.terms import (
    CpuLimit,
    ElementType,
    LongDocumentStrategy,
    Pooling,
    ScalingPolicy,
    Service,
    Similarity,
    TaskType,
)
from allot_api.trained_model import TrainedModelSpec


def a_task(task_type: str, **fields: Any) -> InferenceEndpointSpec:
    fields.setdefault("service_settings", {"model_id": "m"})
    return InferenceEndpointSpec.model_validate(
        {"task_type": task_type, "service": "elasticsearch", **fields}
    )


def an_endpoint(service: str = "elasticsearch", **settings: Any) -> InferenceEndpointSpec:
    return InferenceEndpointSpec.model_validate(
        {"task_type": "sparse_embedding", "service": service, "service_settings": settings}
    )


def a_deployment(**fields: Any) -> ModelDeploymentSpec:
    return ModelDeploymentSpec.model_validate({"model_id": "e5", **fields})


def a_model(**fields: Any) -> TrainedModelSpec:
    source = {"uri": "package://weights/model"}
    return TrainedModelSpec.model_validate(
        {"source": source, "task_types": ["text_embedding"], **fields}
    )


def test_elser_needs_nothing_but_its_adaptive_allocations() -> None:
    spec = an_endpoint("elser", adaptive_allocations={"enabled": True})

    assert resolve_endpoint(spec, "my-elser") == EndpointSettings(
        inference_id="my-elser",
        task_type=TaskType.SPARSE_EMBEDDING,
        service=Service.ELSER,
        model_id=".elser_model_2",
        deployment_id=None,
        num_threads=1,
        num_allocations=None,
        adaptive=AdaptiveSettings(minimum=1, maximum=None),
        task=EmbeddingOptions(SentenceChunking(250, 1), similarity=None, element_type=None),
    )


def test_elasticsearch_may_go_down_to_zero() -> None:
    bounds = {"enabled": True, "max_number_of_allocations": 4}
    spec = an_endpoint(model_id="e5", num_threads=2, adaptive_allocations=bounds)

    assert resolve_endpoint(spec, "x").adaptive == AdaptiveSettings(minimum=0, maximum=4)


def test_disabled_bounds_do_not_count() -> None:
    bounds = {"enabled": False, "min_number_of_allocations": 3}
    spec = an_endpoint(model_id="e5", num_allocations=2, adaptive_allocations=bounds)

    resolved = resolve_endpoint(spec, "x")

    assert (resolved.num_allocations, resolved.adaptive) == (2, None)


def test_an_endpoint_serves_from_a_deployment_of_its_own_id() -> None:
    resolved = resolve_endpoint(an_endpoint(model_id="e5", num_allocations=1), "mine")

    assert not resolved.is_attached
    assert resolved.serving_deployment_id == "mine"


def test_an_attached_endpoint_takes_its_size_from_the_deployment() -> None:
    bounds = {"enabled": True}
    spec = an_endpoint("elser", deployment_id="d", num_allocations=2, adaptive_allocations=bounds)

    resolved = resolve_endpoint(spec, "x")

    assert resolved.is_attached
    assert resolved.serving_deployment_id == "d"
    assert (resolved.model_id, resolved.num_allocations, resolved.adaptive) == (None, None, None)


def test_who_shares_a_deployment_has_its_element_type_unless_it_repeats_it() -> None:
    silent = a_task("text_embedding", service_settings={"deployment_id": "d"})
    repeating = a_task(
        "text_embedding", service_settings={"deployment_id": "d", "element_type": "byte"}
    )

    assert resolve_endpoint(silent, "x").task == EmbeddingOptions(
        SentenceChunking(), Similarity.COSINE, None
    )
    assert resolve_endpoint(repeating, "x").task == EmbeddingOptions(
        SentenceChunking(), Similarity.COSINE, ElementType.BYTE
    )


def test_dense_vectors_are_floats_compared_by_cosine_unless_said_otherwise() -> None:
    plain = a_task("text_embedding")
    own = a_task(
        "text_embedding",
        service_settings={"model_id": "m", "similarity": "l2_norm", "element_type": "byte"},
        chunking_settings={"strategy": "none"},
    )

    assert resolve_endpoint(plain, "x").task == EmbeddingOptions(
        SentenceChunking(), Similarity.COSINE, ElementType.FLOAT
    )
    assert resolve_endpoint(own, "x").task == EmbeddingOptions(
        NoChunking(), Similarity.L2_NORM, ElementType.BYTE
    )


def test_a_reranker_answers_with_documents_and_truncates_unless_said_otherwise() -> None:
    settings = {"long_document_strategy": "chunk", "max_chunks_per_doc": 2}
    plain = a_task("rerank")
    other = a_task("rerank", service_settings=settings, task_settings={"return_documents": False})

    assert resolve_endpoint(plain, "x").task == RerankOptions(
        True, LongDocumentStrategy.TRUNCATE, None
    )
    assert resolve_endpoint(other, "x").task == RerankOptions(False, LongDocumentStrategy.CHUNK, 2)


def test_what_an_attached_endpoint_echoes_does_not_count() -> None:
    settings = {"deployment_id": "d", "similarity": "l2_norm", "long_document_strategy": "chunk"}

    dense = resolve_endpoint(a_task("text_embedding", service_settings=settings), "x").task
    rerank = resolve_endpoint(a_task("rerank", service_settings=settings), "x").task

    assert isinstance(dense, EmbeddingOptions)
    assert dense.similarity is Similarity.COSINE
    assert rerank == RerankOptions(True, LongDocumentStrategy.TRUNCATE, None)


def test_a_deployment_of_a_model_alone_has_every_default() -> None:
    assert resolve_deployment(a_deployment(), "my-deployment") == DeploymentSettings(
        deployment_id="my-deployment",
        model_id="e5",
        num_threads=1,
        num_allocations=1,
        adaptive=None,
        queue_capacity=10_000,
        scaling=resolve_scaling(Scaling()),
        replicas=1,
        cpu_limit=CpuLimit.NUM_THREADS,
        cache=Cache(),
    )


def test_an_external_policy_counts_replicas_alone() -> None:
    spec = a_deployment(scaling={"policy": "external"}, replicas=0, num_allocations=3)

    resolved = resolve_deployment(spec, "d")

    assert resolved.num_allocations is None
    assert (resolved.asked_allocations, resolved.initial_allocations) == (0, 0)


def test_an_endpoint_that_others_scale_has_no_number_of_its_own() -> None:
    bounds = {"enabled": True, "min_number_of_allocations": 2}
    spec = an_endpoint("elser", num_allocations=2, adaptive_allocations=bounds)
    external = spec.model_copy(update={"scaling": Scaling(policy=ScalingPolicy.EXTERNAL)})

    resolved = resolve_endpoint(external, "x")

    assert (resolved.num_allocations, resolved.adaptive) == (None, None)
    assert resolved.scaling.policy is ScalingPolicy.EXTERNAL


def test_a_deployments_policy_is_that_of_its_scaling() -> None:
    resolved = resolve_deployment(a_deployment(scaling={"policy": "elasticsearch"}), "d")

    assert resolved.policy is resolved.scaling.policy is ScalingPolicy.ELASTICSEARCH


def test_a_minimum_of_zero_starts_with_one() -> None:
    bounds = {"enabled": True, "min_number_of_allocations": 0}

    resolved = resolve_deployment(a_deployment(adaptive_allocations=bounds), "d")

    assert (resolved.asked_allocations, resolved.initial_allocations) == (0, 1)


@given(st.none() | st.integers(1, 100), st.none() | st.integers(0, 100), st.booleans())
def test_a_deployment_is_fixed_or_adaptive_and_starts_with_at_least_one(
    number: int | None, least: int | None, enabled: bool
) -> None:
    bounds = {"enabled": enabled, "min_number_of_allocations": least}

    resolved = resolve_deployment(
        a_deployment(num_allocations=number, adaptive_allocations=bounds), "d"
    )

    assert (resolved.num_allocations is None) == (resolved.adaptive is not None)
    assert resolved.initial_allocations >= max(1, resolved.asked_allocations)


def test_a_model_is_known_by_its_name_and_pools_as_its_task_needs() -> None:
    dense = resolve_model(a_model(), "my-model")
    sparse = resolve_model(a_model(task_types=["sparse_embedding"]), "my-model")

    assert dense.model_id == "my-model"
    assert (dense.pooling, sparse.pooling) == (Pooling.MEAN, Pooling.MAX)


def test_a_model_keeps_what_it_says() -> None:
    spec = a_model(model_id=".e5", pooling="cls")

    assert resolve_model(spec, "e5") == spec
