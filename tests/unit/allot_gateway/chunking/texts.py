"""Texts to cut: of words in several scripts, of everything that ICU treats in its own way."""

from __future__ import annotations

from hypothesis import strategies as st

SPACED = ["a", "Be", "caf\u00e9", "it's", "3.14", "x_y", "e.g.", "U.S.A."]
MARKS = [
    " ",
    "  ",
    ". ",
    "! ",
    "? ",
    ", ",
    "\n",
    "\n\n",
    "\n# ",
    "\n---\n",
    '"',
    "(",
    ") ",
    "-",
    "\u2026",
]
OTHERS = [
    "\u6771\u4eac", "\u3002", "\u3072\u3089", "\u30ab\u30bf", "\ud55c\uad6d",
    "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35", "\u0627", "\u05d0\u05f4\u05d1", "\U0001f600",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\U0001f1e9\U0001f1ea", "\U00010330\U00010331", "\u0301", "\u00ad", "_",
    "__", "\u00bd", "\r\n", "\u2029",
]  # fmt: skip

spaced_texts = st.lists(st.sampled_from([*SPACED, *MARKS]), max_size=150).map("".join)
mixed_texts = st.lists(st.sampled_from([*SPACED, *MARKS, *OTHERS]), max_size=150).map("".join)
any_texts = st.one_of(mixed_texts, st.text(max_size=150))
