from __future__ import annotations

import random
import re
import statistics

import pytest

from bench.workloads import Kind, Traffic, build_workload, choose_lengths, cut_prose, read_prose


def word_ends(text: str) -> list[int]:
    """Return where words end: a tokenizer with a token for each."""
    return [match.end() for match in re.finditer(r"\S+", text)]


def lengths_of(traffic: Traffic) -> list[int]:
    return [length for _, length in choose_lengths(traffic, 20_000, random.Random(1))]


def test_queries_have_6_to_11_tokens_and_8_in_the_mean() -> None:
    lengths = lengths_of(Traffic.QUERIES)

    assert set(lengths) == {6, 7, 8, 9, 10, 11}
    assert statistics.mean(lengths) == pytest.approx(8.0, abs=0.05)


def test_passages_have_16_to_256_tokens_and_about_101_in_the_mean() -> None:
    lengths = lengths_of(Traffic.PASSAGES)

    assert min(lengths) == 16
    assert max(lengths) == 256
    assert statistics.mean(lengths) == pytest.approx(101.0, abs=2.0)
    assert statistics.median(lengths) < statistics.mean(lengths)


def test_a_mix_is_four_fifths_queries_in_no_order() -> None:
    kinds = [kind for kind, _ in choose_lengths(Traffic.MIX, 1000, random.Random(1))]

    assert kinds.count(Kind.QUERY) == 800
    assert 0 < kinds[:800].count(Kind.PASSAGE) < 200


def test_a_text_has_exactly_as_many_tokens_as_it_says() -> None:
    texts = build_workload(Traffic.MIX, 100, 3, word_ends)

    assert [len(word_ends(text.text)) + 2 for text in texts] == [text.tokens for text in texts]


def test_a_seed_makes_the_same_texts_and_another_makes_others() -> None:
    once, again, other = (
        build_workload(Traffic.QUERIES, 20, seed, word_ends) for seed in (1, 1, 2)
    )

    assert once == again
    assert once != other


def test_the_prose_is_long_enough_that_texts_differ() -> None:
    words = read_prose()

    assert len(words) > 10_000
    assert all(words)


def test_a_tokenizer_that_never_cuts_as_asked_is_told() -> None:
    def strange(text: str) -> list[int]:
        return [1] * 1000 if len(text) > 1 else []

    with pytest.raises(ValueError, match="no text of 8 tokens"):
        cut_prose(read_prose(), 8, random.Random(1), strange)
