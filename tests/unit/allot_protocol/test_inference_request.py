from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_api.terms import TaskType
from allot_protocol.errors import ErrorType, RequestFault
from allot_protocol.inference_request import InferenceRequest, InputType, parse_request
from allot_protocol.limits import Limits
from allot_protocol.priority import Priority

DENSE = (TaskType.TEXT_EMBEDDING,)
RERANK = (TaskType.RERANK,)
SPARSE = (TaskType.SPARSE_EMBEDDING,)


def parse(
    body: Any,
    served: tuple[TaskType, ...] = DENSE,
    *,
    path: str | None = None,
    timeout: str | None = None,
) -> InferenceRequest:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return parse_request(content, path_task=path, served=served, timeout=timeout)


def refusal(body: Any, served: tuple[TaskType, ...] = DENSE, **where: Any) -> RequestFault:
    with pytest.raises(RequestFault) as caught:
        parse(body, served, **where)
    return caught.value


def test_a_single_string_is_one_input() -> None:
    assert parse({"input": "a cat"}) == InferenceRequest(
        task_type=TaskType.TEXT_EMBEDDING,
        inputs=("a cat",),
        query=None,
        input_type=None,
        return_documents=True,
        top_n=None,
        timeout_seconds=30.0,
    )


def test_everything_that_rerank_takes() -> None:
    body = {
        "input": ["a", "b"], "query": "q", "top_n": 1, "return_documents": False,
        "task_settings": {"return_documents": True}, "timeout": "5s",
    }  # fmt: skip

    asked = parse(body, RERANK, path="rerank", timeout="7s")

    assert (asked.query, asked.inputs, asked.top_n) == ("q", ("a", "b"), 1)
    assert asked.return_documents is False
    assert asked.timeout_seconds == 7.0


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, True),
        ({"task_settings": {}}, True),
        ({"task_settings": {"return_documents": False}}, False),
        ({"task_settings": {"return_documents": False}, "return_documents": True}, True),
    ],
)
def test_the_request_goes_before_its_task_settings(body: dict[str, Any], expected: bool) -> None:
    asked = parse({"input": "a", "query": "q"} | body, RERANK)

    assert asked.return_documents is expected


@pytest.mark.parametrize(
    ("body", "served", "path", "message"),
    [
        ({}, DENSE, None, "Field [input] cannot be null"),
        ({"input": []}, DENSE, None, "Field [input] cannot be an empty array"),
        ({"input": "a"}, RERANK, None, "Field [query] cannot be null or empty"),
        ({"input": "a", "query": ""}, RERANK, None, "Field [query] cannot be null or empty"),
        ({"input": "a", "query": "q", "top_n": 0}, RERANK, None, "Field [top_n] is [0]"),
        ({"input": "a", "query": "q"}, DENSE, None, "Field [query] cannot be specified"),
        ({"input": "a", "top_n": 1}, DENSE, "text_embedding", "Field [top_n] cannot"),
        ({"input": "a", "return_documents": True}, SPARSE, "sparse_embedding", "[return_doc"),
        ({"input": "a", "input_type": "search"}, SPARSE, "sparse_embedding", "[input_type] cannot"),
        ({"input": "a", "input_type": "find"}, DENSE, None, "[input_type] is [find]"),
    ],
)  # fmt: skip
def test_elasticsearchs_rules_in_its_words(
    body: dict[str, Any], served: tuple[TaskType, ...], path: str | None, message: str
) -> None:
    fault = refusal(body, served, path=path)

    assert fault.kind is ErrorType.VALIDATION
    assert fault.message.startswith("Validation Failed: 1: ")
    assert message in fault.message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "request body is required"),
        (b"{", "the body is not JSON"),
        (b"[1]", "the body must be a JSON object"),
        ({"input": "a", "inptu": "b"}, "unknown field [inptu]"),
        ({"input": "a", "task_settings": {"x": 1}}, "unknown field [task_settings.x]"),
        ({"input": 3}, "field [input] is [3] and must be a string or an array of strings"),
        ({"input": ["a", None]}, "field [input.1] is [null] and must be a string or an array"),
        ({"input": "a", "top_n": "3"}, 'field [top_n] is ["3"] and must be a whole number'),
        ({"input": "a", "return_documents": 1}, "[return_documents] is [1] and must be true or"),
    ],
)
def test_a_body_that_is_not_understood_is_named_by_field_and_value(body: Any, message: str) -> None:
    fault = refusal(body)

    assert fault.kind is ErrorType.PARSE
    assert message in fault.message


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"input": ["a", "b", "c"], "query": "q"}, "[input] has [3] elements"),
        ({"input": "12345", "query": "q"}, "[input] has [5] characters"),
        ({"input": ["a", "12345"], "query": "q"}, "[input.1] has [5] characters"),
        ({"input": "a", "query": "12345"}, "[query] has [5] characters"),
    ],
)
def test_what_is_over_a_limit_is_named(body: dict[str, Any], field: str) -> None:
    limits = Limits(inputs=2, input_characters=4)

    with pytest.raises(RequestFault) as caught:
        parse_request(
            json.dumps(body).encode(), path_task=None, served=RERANK, timeout=None, limits=limits
        )

    assert caught.value.kind is ErrorType.VALIDATION
    assert field in caught.value.message


@pytest.mark.parametrize("settings", [{}, {"return_documents": True}, None])
def test_task_settings_of_rerank_say_nothing_to_other_tasks(settings: Any) -> None:
    assert parse({"input": "a", "task_settings": settings}, path="text_embedding").inputs == ("a",)


def test_another_task_is_refused_with_both_names() -> None:
    fault = refusal({"input": "a"}, SPARSE, path="text_embedding")

    assert fault.status == 400
    assert "[text_embedding] does not match the model type [sparse_embedding]" in fault.message


def test_a_task_that_does_not_exist_is_told_those_that_do() -> None:
    assert "known are [rerank, sparse" in refusal({"input": "a"}, path="completion").message


@pytest.mark.parametrize("timeout", ["0s", "soon", "30", "-1s"])
def test_a_timeout_that_is_none_is_refused(timeout: str) -> None:
    fault = refusal({"input": "a"}, timeout=timeout)

    assert (fault.status, fault.wire_type) == (400, "illegal_argument_exception")
    assert f"[{timeout}]" in fault.message


@pytest.mark.parametrize(
    ("body", "served", "priority"),
    [
        ({}, DENSE, Priority.INGEST),
        ({"input_type": "SEARCH"}, DENSE, Priority.SEARCH),
        ({"input_type": "ingest"}, DENSE, Priority.INGEST),
        ({"query": "q"}, RERANK, Priority.SEARCH),
    ],
)
def test_who_has_someone_waiting_goes_first(
    body: dict[str, Any], served: tuple[TaskType, ...], priority: Priority
) -> None:
    assert parse({"input": "a"} | body, served).priority is priority


@given(st.lists(st.text(max_size=20), min_size=1, max_size=9), st.sampled_from(InputType))
def test_inputs_arrive_as_they_were_sent(inputs: list[str], input_type: InputType) -> None:
    asked = parse({"input": inputs, "input_type": input_type.value})

    assert (asked.inputs, asked.input_type) == (tuple(inputs), input_type)


scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
documents = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(documents)
def test_json_without_an_input_is_refused_in_words(document: Any) -> None:
    assert refusal(document).status == 400
