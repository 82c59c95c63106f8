from __future__ import annotations

import re
from typing import Any

import pytest

from allot_api.chunking import (
    SEPARATORS,
    Chunking,
    NoChunking,
    RecursiveChunking,
    SentenceChunking,
    WordChunking,
    find_bad_separator,
    resolve_chunking,
)
from allot_api.inference_endpoint import ChunkingSettings
from allot_api.terms import SeparatorGroup

PLAINTEXT = SEPARATORS[SeparatorGroup.PLAINTEXT]
MARKDOWN = SEPARATORS[SeparatorGroup.MARKDOWN]


def test_without_settings_sentences_make_chunks_of_250_words() -> None:
    assert resolve_chunking(None) == SentenceChunking(max_chunk_size=250, sentence_overlap=1)


@pytest.mark.parametrize(
    ("settings", "resolved"),
    [
        ({"strategy": "sentence", "max_chunk_size": 40}, SentenceChunking(40, 1)),
        (
            {"strategy": "sentence", "max_chunk_size": 40, "sentence_overlap": 0},
            SentenceChunking(40, 0),
        ),
        ({"strategy": "word", "max_chunk_size": 40, "overlap": 20}, WordChunking(40, 20)),
        ({"strategy": "recursive", "max_chunk_size": 40}, RecursiveChunking(40, PLAINTEXT)),
        (
            {"strategy": "recursive", "max_chunk_size": 40, "separator_group": "markdown"},
            RecursiveChunking(40, MARKDOWN),
        ),
        (
            {"strategy": "recursive", "max_chunk_size": 40, "separators": ["; ", ", "]},
            RecursiveChunking(40, ("; ", ", ")),
        ),
        ({"strategy": "none"}, NoChunking()),
    ],
)
def test_each_strategy_has_its_own_settings(settings: dict[str, Any], resolved: Chunking) -> None:
    assert resolve_chunking(ChunkingSettings.model_validate(settings)) == resolved


def found_by(separators: tuple[str, ...], text: str) -> list[int]:
    """The places in the list of those separators that are in the text."""
    return [
        index for index, one in enumerate(separators) if re.search(one, text, flags=re.MULTILINE)
    ]


@pytest.mark.parametrize(
    ("text", "found"), [("a\n\nb", [0]), ("a\nb", [1]), ("a\n\n\nb", []), ("a b", [])]
)
def test_plain_text_is_cut_at_paragraphs_then_at_lines(text: str, found: list[int]) -> None:
    assert found_by(PLAINTEXT, text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\n# Title\n", [0]),
        ("a\n###### Deep\n", [5]),
        ("a\n####### Too deep\n", []),
        ("a\nTitle\n---\n", [6]),
        ("a\nTitle\n=\n", [7]),
        ("a\n\n---\n", []),
        ("a #1", []),
    ],
)
def test_markdown_is_cut_at_headings_by_their_level(text: str, found: list[int]) -> None:
    assert len(MARKDOWN) == 8
    assert found_by(MARKDOWN, text) == found


@pytest.mark.parametrize("bad", ["(", "[a", "*", "a{2,1}", "(?<!a+)b", "a{99999999999999999999}"])
def test_a_separator_that_is_no_regular_expression_is_found(bad: str) -> None:
    assert find_bad_separator(["\n", bad, "("]) == bad


def test_what_python_only_warns_of_is_a_regular_expression() -> None:
    assert find_bad_separator([*PLAINTEXT, *MARKDOWN, "[[a]"]) is None
