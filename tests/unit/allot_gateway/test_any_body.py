"""Whatever a client sends is answered or refused; nothing else is raised."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from allot_gateway.endpoints.bodies import parse_put
from allot_gateway.endpoints.changes import change_spec, parse_update
from allot_gateway.query import MOST_DIGITS
from allot_gateway.trained_models import changes
from allot_gateway.trained_models.ids import select
from allot_gateway.trained_models.starts import PARAMETERS, parse_start
from allot_protocol.errors import RequestFault
from allot_protocol.responses import describe_fault
from tests.unit.allot_gateway.builders import an_endpoint_spec

WORDS = st.sampled_from(
    [
        "adaptive_allocations",
        "chunking_settings",
        "deployment_id",
        "elasticsearch",
        "elser",
        "enabled",
        "max_chunk_size",
        "max_number_of_allocations",
        "min_number_of_allocations",
        "model_id",
        "num_allocations",
        "num_threads",
        "number_of_allocations",
        "rerank",
        "separators",
        "service",
        "service_settings",
        "strategy",
        "task_settings",
        "task_type",
        "text_embedding",
        "word",
    ]
)
LEAVES = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | WORDS | st.text()
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(), inner),
    max_leaves=12,
)
BODIES = st.dictionaries(WORDS, VALUES)
SETTINGS = st.fixed_dictionaries(
    {"service": WORDS, "service_settings": st.dictionaries(WORDS, VALUES)},
    optional={"task_settings": VALUES, "chunking_settings": VALUES, "task_type": VALUES},
)


def is_answered(call: Callable[[], object]) -> bool:
    """Whether a call ends well, or with a fault that can be sent and is short enough to read."""
    try:
        call()
    except RequestFault as fault:
        return len(orjson.dumps(describe_fault(fault))) < 20_000
    return True


@given(SETTINGS | BODIES, st.text(), st.none() | WORDS)
def test_any_put_is_parsed_or_refused(body: Any, inference_id: str, task: str | None) -> None:
    assert is_answered(lambda: parse_put(json.dumps(body).encode(), inference_id, task))


@given(st.fixed_dictionaries({}, optional={"service_settings": BODIES, "task_settings": BODIES}))
def test_any_update_is_parsed_or_refused(body: Any) -> None:
    def update() -> None:
        change_spec(an_endpoint_spec(), parse_update(json.dumps(body).encode()), "e")

    assert is_answered(update)


@given(
    st.dictionaries(st.sampled_from(sorted(PARAMETERS)), st.text() | st.integers().map(str)),
    BODIES,
)
@settings(max_examples=200)
def test_any_start_is_parsed_or_refused(query: dict[str, str], body: Any) -> None:
    assert is_answered(lambda: parse_start("m", query, body))


@given(BODIES, st.text(max_size=MOST_DIGITS + 2))
def test_any_change_of_a_deployment_is_parsed_or_refused(body: Any, number: str) -> None:
    def change(query: dict[str, str]) -> None:
        asked = changes.parse_update(query, body)
        changes.change_spec({"model_id": "m", "num_allocations": 1}, asked, "d")

    assert is_answered(lambda: change({}))
    assert is_answered(lambda: change({"number_of_allocations": number}))


@given(st.text(alphabet="ab*,_.", max_size=20), st.booleans())
def test_what_is_chosen_is_among_what_there_is(expression: str, may_be_none: bool) -> None:
    known = ["a", "ab", ".b"]
    with suppress(RequestFault):
        chosen = select(known, lambda one: (one,), expression, may_be_none=may_be_none)
        assert [one for one in known if one in chosen] == chosen
