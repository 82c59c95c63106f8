from __future__ import annotations

import pytest

from allot_gateway.chunking.word_status import is_word


@pytest.mark.parametrize(
    "segment",
    [
        "a", "caf\u00e9", "don't", "1", "3.14", "\u0663", "\uff13", "a_b", "_a", "_1", "__",
        "_\u0301_", "\u6771\u4eac", "\u3005", "\u3072", "\u30ab", "\u30fc", "\ud55c\uad6d\uc5b4",
        "\u0e2a\u0e27", "\u05d0\u05f4\u05d1", "\U00010330", "\u24d0", "\u2160",
        "1\ufe0f\u20e3", "\u00aa",
    ],
)  # fmt: skip
def test_letters_digits_kana_ideographs_and_pairs_of_joiners_are_words(segment: str) -> None:
    assert is_word(segment, 0, len(segment))


@pytest.mark.parametrize(
    "segment",
    [
        " ", "\n", ".", "_", "_\u0301", "\u203f", "\u00bd", "\u00b2", "\u2460", "\u3002",
        "\U0001f600", "\u00ad", "\u0301", "\U0001f1e9\U0001f1ea", "\U0001f468\u200d\U0001f469",
        "$", "#\ufe0f\u20e3", "\u200d",
    ],
)  # fmt: skip
def test_whitespace_punctuation_emoji_and_fractions_are_not(segment: str) -> None:
    assert not is_word(segment, 0, len(segment))


def test_only_the_segment_is_looked_at() -> None:
    assert not is_word("a_b", 1, 2)
    assert is_word("a_b", 1, 3)
