"""Whether a segment between two of ICU's word boundaries is a word. Pure.

ICU says so by a rule status, which icu4py does not hand out. Its rules give one above WORD_NONE
to numbers, letters, kana, ideographs and what the dictionaries cut (Thai, Lao, Khmer, Burmese),
and to joiners such as underscores where there are two of them, or one beside a letter or digit.
What begins a segment decides: a letter or digit never follows anything else within one.

Source: icu4c/source/data/brkitr/rules/word.txt.
"""

from __future__ import annotations

import sys

import regex

_NO, _YES, _JOINER, _UNKNOWN = range(4)
_WORD_CHARACTER = regex.compile(
    r"[\p{WB=ALetter}\p{WB=Hebrew_Letter}\p{WB=Numeric}\p{WB=Katakana}"
    r"\p{Script=Hiragana}\p{Script=Han}\p{Ideographic}"
    r"[\p{LB=Complex_Context}--\p{WB=Extend}]]",
    regex.V1,
)
_JOINER_CHARACTER = regex.compile(r"\p{WB=ExtendNumLet}")
# Marks and format characters belong to the character before them.
_JOINED = regex.compile(r"\p{WB=ExtendNumLet}[\p{WB=Extend}\p{WB=Format}\p{WB=ZWJ}]*+.", regex.S)
# One byte for every code point, filled as they are met: all of them would take a second.
_STATUS = bytearray([_UNKNOWN]) * (sys.maxunicode + 1)


def is_word(text: str, start: int, end: int) -> bool:
    """Whether a segment of the text is a word; it must not be empty."""
    code = ord(text[start])
    status = _STATUS[code]
    if status == _UNKNOWN:
        status = _STATUS[code] = _find_status(text[start])
    if status == _JOINER:
        return _JOINED.match(text, start, end) is not None
    return status == _YES


def _find_status(character: str) -> int:
    if _WORD_CHARACTER.match(character):
        return _YES
    return _JOINER if _JOINER_CHARACTER.match(character) else _NO
