from __future__ import annotations

from typing import Any

import pytest

from allot_api.conditions import AcceptedReason
from allot_api.inference_endpoint import InferenceEndpointSpec
from allot_api.resolve import EndpointSettings, resolve_endpoint
from allot_api.terms import ElementType
from allot_operator.acceptance.catalogue import Found
from allot_operator.acceptance.fitting import (
    bytes_do_not_fit,
    element_type_differs,
    settings_misfit,
)
from tests.unit.allot_operator.builders import a_model_spec, some_settings

SEPARATORS = {"strategy": "recursive", "max_chunk_size": 20}


def settings(task_type: str = "text_embedding", **fields: Any) -> EndpointSettings:
    spec = {
        "task_type": task_type,
        "service": "elasticsearch",
        "service_settings": {"model_id": "alias", **fields.pop("service_settings", {})},
        **fields,
    }
    return resolve_endpoint(InferenceEndpointSpec.model_validate(spec), "e")


def a_found(model_id: str, **spec: Any) -> Found:
    return Found(model_id, a_model_spec(model_id=model_id, **spec))


def chunks_of(words: int) -> EndpointSettings:
    chunking = {"strategy": "word", "max_chunk_size": words, "overlap": 1}
    return settings("sparse_embedding", chunking_settings=chunking)


@pytest.mark.parametrize(
    "elser",
    [
        a_found(".elser_model_2"),
        a_found("mine", aliases=[".elser_model_2_linux-x86_64"]),
    ],
)
def test_elsers_chunks_have_at_most_300_words_by_whichever_id(elser: Found) -> None:
    assert settings_misfit(chunks_of(300), elser) is None
    assert settings_misfit(settings(chunking_settings={"strategy": "none"}), elser) is None
    assert settings_misfit(chunks_of(301), a_found("my-splade")) is None
    verdict = settings_misfit(chunks_of(301), elser)
    assert verdict is not None
    assert verdict.reason is AcceptedReason.SETTINGS_MISMATCH
    assert verdict.message == (
        f"max_chunk_size is 301, and the model is {elser.model_id}: a chunk for ELSER has at most "
        "300 words: write max_chunk_size: 300 or less"
    )


@pytest.mark.parametrize(
    ("field", "value", "known"),
    [("similarity", "l2_norm", "cosine"), ("element_type", "byte", "float")],
)
def test_what_is_known_of_a_models_vectors_is_not_to_be_changed(
    field: str, value: str, known: str
) -> None:
    changed = settings(service_settings={field: value})
    e5 = a_found(".multilingual-e5-small")

    assert settings_misfit(settings(service_settings={field: known}), e5) is None
    assert settings_misfit(changed, a_found("my-dense")) is None
    verdict = settings_misfit(changed, e5)
    assert verdict is not None
    assert verdict.message.startswith(f"{field} is {value}, and the model is {e5.model_id}")
    assert f"write {field}: {known}" in verdict.message


@pytest.mark.parametrize(
    ("written", "deployments", "message"),
    [
        (None, "byte", None), (None, None, None), ("byte", "byte", None),
        ("float", None, None), ("float", "float", None),
        ("byte", None, "element_type is byte, but deployment d answers with float: leave "
         "element_type out, or share another deployment"),
        ("float", "byte", "element_type is float, but deployment d answers with byte: leave "
         "element_type out, or share another deployment"),
    ],
)  # fmt: skip
def test_who_shares_a_deployment_repeats_its_element_type_or_leaves_it_out(
    written: str | None, deployments: str | None, message: str | None
) -> None:
    sharing = settings(service_settings={"deployment_id": "d", "element_type": written})

    verdict = element_type_differs(sharing, some_settings(element_type=deployments))

    assert (verdict.message if verdict else None) == message


def test_a_reranker_shares_a_deployment_of_bytes() -> None:
    sharing = settings("rerank", service_settings={"deployment_id": "d", "element_type": "float"})

    assert element_type_differs(sharing, some_settings(element_type="byte")) is None


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (a_found(".multilingual-e5-small"), "its element_type is float"),
        (a_found("mine", aliases=[".elser_model_2"]), "its element_type is float"),
        (a_found("mine", task_types=["rerank"]), "model mine does: rerank"),
    ],
)
def test_bytes_are_of_the_vectors_of_a_model_of_ones_own(found: Found, words: str) -> None:
    verdict = bytes_do_not_fit(ElementType.BYTE, found)

    assert verdict is not None
    assert verdict.reason is AcceptedReason.SETTINGS_MISMATCH
    assert words in verdict.message
    assert bytes_do_not_fit(ElementType.FLOAT, found) is None
    assert bytes_do_not_fit(ElementType.BYTE, a_found("mine")) is None


def test_a_separator_is_a_regular_expression() -> None:
    good = settings(chunking_settings={**SEPARATORS, "separators": ["(?<!a)\n", "; "]})
    bad = settings(chunking_settings={**SEPARATORS, "separators": ["\n", "(a"]})

    assert settings_misfit(good, a_found("mine")) is None
    verdict = settings_misfit(bad, a_found("mine"))
    assert verdict is not None
    assert verdict.reason is AcceptedReason.INVALID_SEPARATORS
    assert "'(a'" in verdict.message


def test_a_reranker_has_nothing_to_fit() -> None:
    assert settings_misfit(settings("rerank"), a_found(".elser_model_2")) is None
