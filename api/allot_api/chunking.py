"""How an endpoint cuts long input, with Elasticsearch's defaults applied.

A strategy's own settings are its own type, so that whoever cuts text never meets a setting
that does not belong to the strategy.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from allot_api.inference_endpoint import ChunkingSettings
from allot_api.terms import ChunkingStrategy, SeparatorGroup

DEFAULT_CHUNK_WORDS = 250
DEFAULT_SENTENCE_OVERLAP = 1

_MARKDOWN_LEVELS = range(1, 7)
SEPARATORS: Mapping[SeparatorGroup, tuple[str, ...]] = {
    # A paragraph's end, then a line's; a longer run of newlines is neither.
    SeparatorGroup.PLAINTEXT: (r"(?<!\n)\n\n(?!\n)", r"(?<!\n)\n(?!\n)"),
    # Headings by their level, then those that are underlined.
    SeparatorGroup.MARKDOWN: (
        *(rf"\n#{{{level}}} " for level in _MARKDOWN_LEVELS),
        # Whether a line is blank is looked for ahead, so that a long line is read once only.
        r"\n(?=[^\n]*\S)[^\n]*\n-+\n",
        r"\n(?=[^\n]*\S)[^\n]*\n=+\n",
    ),
}


@dataclass(frozen=True, slots=True)
class SentenceChunking:
    """Whole sentences up to a number of words; `sentence_overlap` of them are repeated."""

    max_chunk_size: int = DEFAULT_CHUNK_WORDS
    sentence_overlap: int = DEFAULT_SENTENCE_OVERLAP


@dataclass(frozen=True, slots=True)
class WordChunking:
    """A number of words; `overlap` of them are repeated."""

    max_chunk_size: int
    overlap: int


@dataclass(frozen=True, slots=True)
class RecursiveChunking:
    """Pieces between separators, the coarsest first, up to a number of words."""

    max_chunk_size: int
    separators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoChunking:
    """The whole input is one chunk."""


Chunking = SentenceChunking | WordChunking | RecursiveChunking | NoChunking


def resolve_chunking(settings: ChunkingSettings | None) -> Chunking:
    """Return the settings with every default applied; they must obey the rules."""
    if settings is None:
        return SentenceChunking()
    size = settings.max_chunk_size or DEFAULT_CHUNK_WORDS
    match settings.strategy:
        case ChunkingStrategy.SENTENCE:
            overlap = settings.sentence_overlap
            return SentenceChunking(size, DEFAULT_SENTENCE_OVERLAP if overlap is None else overlap)
        case ChunkingStrategy.WORD:
            return WordChunking(size, settings.overlap or 0)
        case ChunkingStrategy.RECURSIVE:
            group = settings.separator_group or SeparatorGroup.PLAINTEXT
            return RecursiveChunking(size, tuple(settings.separators or SEPARATORS[group]))
        case ChunkingStrategy.NONE:
            return NoChunking()


def find_bad_separator(separators: Iterable[str]) -> str | None:
    """Return the first that is no regular expression of Python's, or None."""
    return next((one for one in separators if not _is_pattern(one)), None)


def _is_pattern(text: str) -> bool:
    with warnings.catch_warnings():
        # Python warns about what it may read otherwise one day; today it is a pattern.
        warnings.simplefilter("ignore")
        try:
            re.compile(text, re.MULTILINE)
        except (re.error, OverflowError, RecursionError):
            return False
    return True
