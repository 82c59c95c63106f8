"""Every wrong body is refused at its first fault, in a sentence that names the field."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_protocol.errors import ErrorType, RequestFault
from allot_protocol.request_body import Body, parse_body


def refusal(content: bytes) -> str:
    with pytest.raises(RequestFault) as caught:
        parse_body(content)
    assert caught.value.kind is ErrorType.PARSE
    return caught.value.message


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "request body is required"),
        (b" \r\n\t", "request body is required"),
        (b"null", "the body must be a JSON object"),
        (b'"input"', "the body must be a JSON object"),
        (b"[{}]", "the body must be a JSON object"),
        (b'{"input":"a"', "the body is not JSON"),
        (b'{"input":"a",}', "the body is not JSON"),
        (b'{"input":"a"}{}', "the body is not JSON"),
        (b"{'input':'a'}", "the body is not JSON"),
        (b'{"input":NaN}', "the body is not JSON"),
        (b'\xef\xbb\xbf{"input":"a"}', "the body is not JSON"),
        (b'{"input":"\xff"}', "the body is not JSON"),
        (b'{"input":"\\ud800"}', "the body is not JSON"),
        ('{"input":"a"}'.encode("utf-16"), "the body is not JSON"),
        (b'{"top_n":' + b"1" * 5000 + b"}", "the body is not JSON"),
        (b"[" * 5000, "the body is not JSON"),
        (b'{"input":' + b"[" * 1000 + b"]" * 1000 + b"}", "field [input.0] is [[…]] and must be"),
        (b'{"x":' + b'{"y":' * 900 + b"1" + b"}" * 901, "unknown field [x]"),
    ],
)
def test_what_is_no_request_in_json(content: bytes, sentence: str) -> None:
    assert sentence in refusal(content)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"inptu": "b"}, "[inference] unknown field [inptu]"),
        ({"": 1}, "[inference] unknown field []"),
        ({"task_settings": {"top": 1}}, "[inference] unknown field [task_settings.top]"),
        ({"task_settings": []}, "field [task_settings] is [[]] and must be an object"),
        (
            {"task_settings": {"return_documents": "yes"}},
            'field [task_settings.return_documents] is ["yes"] and must be true or false',
        ),
        ({"input": {}}, "field [input] is [{}] and must be a string or an array of strings"),
        ({"input": {"text": "a"}}, "field [input] is [{…}] and must be a string or an array"),
        ({"input": True}, "field [input] is [true] and must be a string or an array of strings"),
        ({"input": ["a", ["b"]]}, "field [input.1] is [[…]] and must be a string or an array"),
        ({"input": ["a", None]}, "field [input.1] is [null] and must be"),
        ({"query": 1}, "field [query] is [1] and must be a string"),
        ({"query": ["a"]}, "field [query] is [[…]] and must be a string"),
        ({"input_type": 1.5}, "field [input_type] is [1.5] and must be a string"),
        ({"top_n": 1.0}, "field [top_n] is [1.0] and must be a whole number"),
        ({"top_n": 10**40}, "field [top_n] is [1e+40] and must be a whole number"),
        ({"top_n": True}, "field [top_n] is [true] and must be a whole number"),
        ({"timeout": 30}, "field [timeout] is [30] and must be a string"),
        ({"return_documents": "true"}, 'field [return_documents] is ["true"] and must be true'),
    ],
)
def test_a_wrong_field_is_named_with_what_it_may_be(body: Any, sentence: str) -> None:
    assert sentence in refusal(json.dumps(body).encode())


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (b'{"input":"a","input":"b"}', "input"),
        (b'{"input":"a","top_n":1,"top_n":1}', "top_n"),
        (b'{"input":"a","\\u0069nput":"b"}', "input"),
        (b'{"task_settings":{"return_documents":true,"return_documents":false}}',
         "return_documents"),
        (b'{"input":{"x":1,"x":2},"input":"a"}', "x"),
    ],
)  # fmt: skip
def test_a_field_given_twice_is_refused(content: bytes, field: str) -> None:
    assert refusal(content) == f"Duplicate field [{field}]"


def test_a_field_given_twice_of_which_one_is_a_pit() -> None:
    pit = b"[" * 1000 + b"]" * 1000

    assert "nested too deeply" in refusal(b'{"input":' + pit + b',"input":"a"}')


@pytest.mark.parametrize(
    "content",
    [
        b'{"return_documents":true,"task_settings":{"return_documents":false}}',
        b'{"input":["input","\\"input\\":"],"query":"input"}',
        b'{"input":"\\u00e9\\u00e9"}',
        b'{"input":"a","top_n":1,"query":null,"task_settings":null,"return_documents":null}',
    ],
)
def test_names_that_only_look_given_twice_are_taken(content: bytes) -> None:
    assert parse_body(content) == Body.model_validate_json(content)


def test_little_is_shown_of_a_large_value() -> None:
    assert len(refusal(json.dumps({"top_n": "x" * 10_000}).encode())) < 200
    assert len(refusal(json.dumps({"x" * 10_000: 1}).encode())) < 200


@pytest.mark.parametrize(
    "content",
    [
        b'{"input":[' + b"1," * 500_000 + b"1]}",
        b"{" + b",".join(b'"%d":1' % number for number in range(100_000)) + b"}",
    ],
)
def test_a_body_full_of_faults_costs_one(content: bytes) -> None:
    began = time.process_time()

    refusal(content)

    # Half a million sentences would take many seconds, and gigabytes.
    assert time.process_time() - began < 1.0


fields = st.sampled_from([*Body.model_fields, "x", "İnput"])
values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(fields, inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(fields, values, max_size=4))
def test_an_object_is_taken_as_it_is_or_refused_by_name(document: dict[str, Any]) -> None:
    content = json.dumps(document).encode()
    try:
        body = parse_body(content)
    except RequestFault:
        sentence = refusal(content)
        assert "[" in sentence or "not JSON" in sentence
    else:
        assert body.model_dump(exclude_unset=True) == document
