"""The texts that every engine is given: English prose cut to exact numbers of tokens.

The prose is the standard library's docstrings, which every machine has. A seed makes the same
texts on the same Python; lengths are the same everywhere.
"""

from __future__ import annotations

import importlib
import inspect
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import ModuleType


class Kind(StrEnum):
    """What a text stands for."""

    QUERY = "query"
    PASSAGE = "passage"


class Traffic(StrEnum):
    """What clients send."""

    QUERIES = "queries"
    PASSAGES = "passages"
    MIX = "mix"


# Weights of a query's lengths in tokens: 8 in the mean, as search boxes see.
QUERY_LENGTHS = {6: 14, 7: 25, 8: 28, 9: 18, 10: 10, 11: 5}
SHORTEST_PASSAGE, LONGEST_PASSAGE = 16, 256
# Mean about 101 tokens once clipped.
PASSAGE_LOGARITHM, PASSAGE_DEVIATION = 4.48, 0.56
QUERIES_IN_MIX = 0.8
# [CLS] and [SEP], which a model's tokenizer adds.
SPECIAL_TOKENS = 2
WINDOW_WORDS = 400
ATTEMPTS = 20
PROSE = re.compile(r"\s*[A-Z][a-z][^{}<>=\[\]|_]{30,}$")
MODULES = [
    "argparse", "asyncio", "calendar", "collections", "concurrent.futures", "configparser",
    "csv", "dataclasses", "datetime", "decimal", "difflib", "doctest", "email.message", "enum",
    "fractions", "functools", "gettext", "heapq", "http.client", "http.server", "inspect", "io",
    "json", "logging", "multiprocessing", "optparse", "os", "pathlib", "pickle", "random", "re",
    "sched", "selectors", "shelve", "smtplib", "socket", "socketserver", "sqlite3",
    "statistics", "string", "subprocess", "tarfile", "tempfile", "textwrap", "threading",
    "tokenize", "unittest", "urllib.request", "uuid", "zipfile",
]  # fmt: skip

# Text to the offsets at which its tokens end, special tokens left out.
TokenEnds = Callable[[str], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Text:
    """A text and its length in tokens, special ones included."""

    kind: Kind
    text: str
    tokens: int


def build_workload(traffic: Traffic, count: int, seed: int, token_ends: TokenEnds) -> list[Text]:
    """Return so many texts of one sort of traffic."""
    generator = random.Random(seed)
    words = read_prose()
    return [
        Text(kind, cut_prose(words, length, generator, token_ends), length)
        for kind, length in choose_lengths(traffic, count, generator)
    ]


def choose_lengths(
    traffic: Traffic, count: int, generator: random.Random
) -> list[tuple[Kind, int]]:
    """Return kind and length of each text; a mix has its share of queries exactly, shuffled."""
    share = {Traffic.QUERIES: 1.0, Traffic.PASSAGES: 0.0, Traffic.MIX: QUERIES_IN_MIX}[traffic]
    queries = round(count * share)
    kinds = [Kind.QUERY] * queries + [Kind.PASSAGE] * (count - queries)
    generator.shuffle(kinds)
    return [(kind, choose_length(kind, generator)) for kind in kinds]


def choose_length(kind: Kind, generator: random.Random) -> int:
    """Return a length in tokens, special ones included."""
    if kind is Kind.QUERY:
        return generator.choices(list(QUERY_LENGTHS), list(QUERY_LENGTHS.values()))[0]
    length = round(generator.lognormvariate(PASSAGE_LOGARITHM, PASSAGE_DEVIATION))
    return min(max(length, SHORTEST_PASSAGE), LONGEST_PASSAGE)


def cut_prose(
    words: Sequence[str], length: int, generator: random.Random, token_ends: TokenEnds
) -> str:
    """Return prose from a random place that has exactly `length` tokens."""
    wanted = length - SPECIAL_TOKENS
    for _ in range(ATTEMPTS):
        start = generator.randrange(len(words) - WINDOW_WORDS)
        window = " ".join(words[start : start + WINDOW_WORDS])
        text = window[: token_ends(window)[wanted - 1]]
        # A cut inside a word may make other tokens of its beginning.
        if len(token_ends(text)) == wanted:
            return text
    raise ValueError(f"no text of {length} tokens in {ATTEMPTS} places: the tokenizer is strange")


@cache
def read_prose() -> tuple[str, ...]:
    """Return the words of the standard library's sentences."""
    lines = (line for name in MODULES for line in _list_lines(importlib.import_module(name)))
    # Inherited docstrings come again and again.
    return tuple(
        word for line in dict.fromkeys(lines) if PROSE.match(line) for word in line.split()
    )


def _list_lines(module: ModuleType) -> Iterator[str]:
    yield from (module.__doc__ or "").splitlines()
    for member in vars(module).values():
        if inspect.isclass(member) or inspect.isfunction(member):
            yield from (inspect.getdoc(member) or "").splitlines()
        if inspect.isclass(member):
            for method in vars(member).values():
                if inspect.isfunction(method):
                    yield from (inspect.getdoc(method) or "").splitlines()
