"""The rules of an endpoint's chunking_settings."""

from __future__ import annotations

from collections.abc import Callable

from allot_api.inference_endpoint import ChunkingSettings, InferenceEndpointSpec
from allot_api.known_models import ELSER_MAX_CHUNK_WORDS, ELSER_MODELS
from allot_api.rules.endpoint_terms import (
    CHUNKING,
    Endpoint,
    EndpointRule,
    chunking_of,
    effective_model,
    effective_model_cel,
)
from allot_api.rules.rule import Rule, Term, ViolationReason, quote
from allot_api.terms import ChunkingStrategy, TaskType

MIN_SENTENCE_WORDS = 20
STRATEGY = f"{CHUNKING}.strategy"
SIZE = f"{CHUNKING}.max_chunk_size"
OVERLAP = f"{CHUNKING}.overlap"
NO_CHUNKING = f"!has(self.{CHUNKING})"
NO_SIZE = f"{NO_CHUNKING} || !has(self.{SIZE})"

STRATEGY_TERM: Term[InferenceEndpointSpec] = Term(
    f"self.{STRATEGY}", lambda it: _read(it, lambda chunking: chunking.strategy)
)
SIZE_TERM: Term[InferenceEndpointSpec] = Term(f"self.{SIZE}", lambda it: _size(it))
OVERLAP_TERM: Term[InferenceEndpointSpec] = Term(f"self.{OVERLAP}", lambda it: _overlap(it))
HALF_TERM: Term[InferenceEndpointSpec] = Term(f"self.{SIZE} / 2", lambda it: (_size(it) or 0) // 2)


def _read(endpoint: Endpoint, read: Callable[[ChunkingSettings], object]) -> object:
    chunking = chunking_of(endpoint)
    return None if chunking is None else read(chunking)


def _size(endpoint: Endpoint) -> int | None:
    chunking = chunking_of(endpoint)
    return chunking.max_chunk_size if chunking else None


def _overlap(endpoint: Endpoint) -> int | None:
    chunking = chunking_of(endpoint)
    return chunking.overlap if chunking else None


def _is(endpoint: Endpoint, strategy: ChunkingStrategy) -> bool:
    chunking = chunking_of(endpoint)
    return chunking is not None and chunking.strategy is strategy


def _is_cel(strategy: ChunkingStrategy) -> str:
    return f"self.{STRATEGY} == {quote(strategy)}"


def _has_both_separators(endpoint: Endpoint) -> bool:
    chunking = chunking_of(endpoint)
    return chunking is not None and None not in (chunking.separators, chunking.separator_group)


def _fits_half(endpoint: Endpoint) -> bool:
    size, overlap = _size(endpoint), _overlap(endpoint)
    return size is None or overlap is None or overlap <= size // 2


def _stays_under_elsers_cap(endpoint: Endpoint) -> bool:
    is_capped = effective_model(endpoint) in ELSER_MODELS
    return not is_capped or (_size(endpoint) or 0) <= ELSER_MAX_CHUNK_WORDS


def _belongs_rule(
    field: str, strategy: ChunkingStrategy, *, pronoun: str = "it", verb: str = "is"
) -> EndpointRule:
    """Return the rule that a field is given with its strategy only."""
    path = f"{CHUNKING}.{field}"
    return Rule(
        name=f"{field}_of_another_strategy",
        path=path,
        cel=f"{NO_CHUNKING} || !has(self.{path}) || {_is_cel(strategy)}",
        holds=lambda it: (
            _read(it, lambda chunking: getattr(chunking, field)) is None or _is(it, strategy)
        ),
        message=f"{field} {verb} given beside strategy {{strategy}}: {pronoun} {verb} of the "
        f"strategy {strategy} only: leave {field} out, or write strategy: {strategy}",
        terms={"strategy": STRATEGY_TERM},
    )


CHUNKING_RULES: tuple[EndpointRule, ...] = (
    Rule(
        name="chunking_for_rerank",
        path=CHUNKING,
        cel=f"{NO_CHUNKING} || self.task_type != {quote(TaskType.RERANK)}",
        holds=lambda it: chunking_of(it) is None or it.spec.task_type is not TaskType.RERANK,
        message="chunking_settings are given for task_type rerank: they cut input of embedding "
        "tasks only: leave chunking_settings out; for .rerank-v1 write "
        "service_settings.long_document_strategy: chunk",
    ),
    Rule(
        name="max_chunk_size_missing",
        path=SIZE,
        cel=f"{NO_CHUNKING} || {_is_cel(ChunkingStrategy.NONE)} || has(self.{SIZE})",
        holds=lambda it: (
            chunking_of(it) is None or _is(it, ChunkingStrategy.NONE) or _size(it) is not None
        ),
        message="max_chunk_size is missing: the strategy {strategy} needs it: write "
        "max_chunk_size: 250, or leave chunking_settings out for sentences in chunks of 250 words",
        terms={"strategy": STRATEGY_TERM},
        reason=ViolationReason.REQUIRED,
    ),
    Rule(
        name="max_chunk_size_for_none",
        path=SIZE,
        cel=f"{NO_SIZE} || self.{STRATEGY} != {quote(ChunkingStrategy.NONE)}",
        holds=lambda it: _size(it) is None or not _is(it, ChunkingStrategy.NONE),
        message="max_chunk_size is {size} beside strategy none: the whole input is one chunk: "
        "leave max_chunk_size out, or write strategy: word",
        terms={"size": SIZE_TERM},
    ),
    Rule(
        name="max_chunk_size_below_sentences",
        path=SIZE,
        cel=f"{NO_SIZE} || self.{STRATEGY} != {quote(ChunkingStrategy.SENTENCE)} "
        f"|| self.{SIZE} >= {MIN_SENTENCE_WORDS}",
        holds=lambda it: (
            not _is(it, ChunkingStrategy.SENTENCE)
            or (size := _size(it)) is None
            or size >= MIN_SENTENCE_WORDS
        ),
        message="max_chunk_size is {size}: the strategy sentence needs at least "
        f"{MIN_SENTENCE_WORDS} words: write max_chunk_size: {MIN_SENTENCE_WORDS} or more, or "
        "strategy: word",
        terms={"size": SIZE_TERM},
    ),
    Rule(
        name="max_chunk_size_above_elsers",
        path=SIZE,
        cel=f"{NO_SIZE} || self.{SIZE} <= {ELSER_MAX_CHUNK_WORDS} "
        f"|| !({effective_model_cel('self')} in {[*ELSER_MODELS]})",
        holds=_stays_under_elsers_cap,
        message=f"max_chunk_size is {{size}}: a chunk for ELSER has at most "
        f"{ELSER_MAX_CHUNK_WORDS} words: write max_chunk_size: {ELSER_MAX_CHUNK_WORDS} or less",
        terms={"size": SIZE_TERM},
    ),
    _belongs_rule("sentence_overlap", ChunkingStrategy.SENTENCE),
    _belongs_rule("overlap", ChunkingStrategy.WORD),
    Rule(
        name="overlap_missing",
        path=OVERLAP,
        cel=f"{NO_CHUNKING} || self.{STRATEGY} != {quote(ChunkingStrategy.WORD)} "
        f"|| has(self.{OVERLAP})",
        holds=lambda it: not _is(it, ChunkingStrategy.WORD) or _overlap(it) is not None,
        message="overlap is missing: the strategy word needs it: write overlap: 1, or more up to "
        "half of max_chunk_size",
        reason=ViolationReason.REQUIRED,
    ),
    Rule(
        name="overlap_above_half",
        path=OVERLAP,
        cel=f"{NO_SIZE} || !has(self.{OVERLAP}) || self.{OVERLAP} <= self.{SIZE} / 2",
        holds=_fits_half,
        message="overlap is {overlap} and max_chunk_size is {size}: neighbouring chunks share at "
        "most half of their words: write overlap: {half} or less",
        terms={"overlap": OVERLAP_TERM, "size": SIZE_TERM, "half": HALF_TERM},
    ),
    _belongs_rule("separator_group", ChunkingStrategy.RECURSIVE),
    _belongs_rule("separators", ChunkingStrategy.RECURSIVE, pronoun="they", verb="are"),
    Rule(
        name="separators_beside_group",
        path=f"{CHUNKING}.separators",
        cel=f"{NO_CHUNKING} || !has(self.{CHUNKING}.separators) "
        f"|| !has(self.{CHUNKING}.separator_group)",
        holds=lambda it: not _has_both_separators(it),
        message="separators are given beside separator_group {group}, which names a list of its "
        "own: it must be one of the two: leave separators out, or write them without "
        "separator_group",
        terms={
            "group": Term(
                f"self.{CHUNKING}.separator_group",
                lambda it: _read(it, lambda chunking: chunking.separator_group),
            )
        },
    ),
)
