from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_gateway.filtering import (
    MOST_CHARACTERS,
    MOST_PATHS,
    filter_content,
    is_too_large,
    parse_filter,
)
from allot_gateway.wildcards import matches

BODY: dict[str, Any] = {
    "count": 1,
    "stats": [
        {"id": "a", "nodes": {"n.1": {"name": "x", "took": 5}}, "empty": {}},
        {"id": "b", "nodes": {}},
    ],
    "error": {"type": "t", "reason": "r", "root_cause": [{"type": "t", "reason": "r"}]},
}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("count", {"count": 1}),
        ("count,error.type", {"count": 1, "error": {"type": "t"}}),
        ("stats.id", {"stats": [{"id": "a"}, {"id": "b"}]}),
        ("stats.nodes.*.took", {"stats": [{"nodes": {"n.1": {"took": 5}}}]}),
        (r"stats.nodes.n\.1.took", {"stats": [{"nodes": {"n.1": {"took": 5}}}]}),
        ("**.took", {"stats": [{"nodes": {"n.1": {"took": 5}}}]}),
        ("err*.re*", {"error": {"reason": "r"}}),
        ("error.**", {"error": BODY["error"]}),
        ("stats.empty", {"stats": [{"empty": {}}]}),
        ("nothing", {}),
        ("count.deeper", {}),
        ("-stats,-error", {"count": 1}),
        ("-stats.nodes,-error,-count,-**.empty", {"stats": [{"id": "a"}, {"id": "b"}]}),
        ("error,-**.reason", {"error": {"type": "t", "root_cause": [{"type": "t"}]}}),
        ("", BODY),
        (" , ", BODY),
        ("**", BODY),
        ("**.**.took,**.**.**", BODY),
    ],
)
def test_keeps_what_the_paths_name(text: str, kept: dict[str, Any]) -> None:
    assert filter_content(BODY, parse_filter(text)) == kept


@pytest.mark.parametrize(
    ("pattern", "name", "is_match"),
    [
        ("*", "", True),
        ("a*c", "abc", True),
        ("a*c", "ac", True),
        ("a*a", "a", False),
        ("*b*", "abc", True),
        ("*bc*c", "abc", False),
        ("abc", "abcd", False),
    ],
)
def test_a_star_is_any_part_of_a_name(pattern: str, name: str, is_match: bool) -> None:
    assert matches(pattern, name) is is_match


def test_a_hostile_pattern_is_not_slow() -> None:
    assert not matches("*a" * 2000 + "b", "a" * 20_000)


DOCUMENTS = st.recursive(
    st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=10,
)
PATHS = st.lists(st.sampled_from(["a", "b", "*", "**", "a*"]), min_size=1, max_size=4)


@given(st.dictionaries(st.sampled_from("abc"), DOCUMENTS), st.lists(PATHS, min_size=1))
def test_what_is_kept_was_there(content: dict[str, Any], paths: list[list[str]]) -> None:
    kept = filter_content(content, parse_filter(",".join(map(".".join, paths))))

    assert is_within(kept, content)


def is_within(kept: Any, whole: Any) -> bool:
    if isinstance(kept, dict) and isinstance(whole, dict):
        return all(name in whole and is_within(item, whole[name]) for name, item in kept.items())
    if isinstance(kept, list) and isinstance(whole, list):
        return all(any(is_within(item, one) for one in whole) for item in kept)
    return bool(kept == whole)


def test_any_depth_many_times_is_any_depth_once() -> None:
    assert parse_filter("**." * 500 + "took") == parse_filter("**.took")


@pytest.mark.parametrize(
    ("text", "is_refused"),
    [
        ("a" * MOST_CHARACTERS, False),
        ("a" * (MOST_CHARACTERS + 1), True),
        (",".join(["a"] * MOST_PATHS), False),
        (",".join(["a"] * (MOST_PATHS + 1)), True),
    ],
)
def test_a_filter_has_a_size(text: str, is_refused: bool) -> None:
    assert is_too_large(text) is is_refused
