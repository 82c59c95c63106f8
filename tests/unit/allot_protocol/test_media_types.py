from __future__ import annotations

import pytest

from allot_protocol.media_types import choose_answer_type, is_json


@pytest.mark.parametrize(
    "text",
    [
        "application/json",
        "application/json; charset=utf-8",
        "APPLICATION/JSON",
        "application/vnd.elasticsearch+json; compatible-with=9",
        "application/vnd.elasticsearch+json;compatible-with=8",
        'application/vnd.elasticsearch+json; compatible-with="7"',
    ],
)
def test_json_in_the_clients_forms_is_read(text: str) -> None:
    assert is_json(text)


@pytest.mark.parametrize("text", ["text/plain", "application/x-ndjson", "application/jsonp", ""])
def test_other_types_are_not(text: str) -> None:
    assert not is_json(text)


@pytest.mark.parametrize("major", [7, 8, 9])
def test_an_answer_is_labelled_with_the_clients_major_version(major: int) -> None:
    vendored = f"application/vnd.elasticsearch+json; compatible-with={major}"

    assert choose_answer_type(f"{vendored},text/plain") == vendored.replace(" ", "")


@pytest.mark.parametrize("accept", ["", "*/*", "application/json", "text/html"])
def test_everyone_else_gets_plain_json(accept: str) -> None:
    assert choose_answer_type(accept) == "application/json"
