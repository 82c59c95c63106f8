"""The rules about settings that belong to one task, or to some models only.

On an endpoint that shares a deployment, Elasticsearch passes over service_settings, and answers
with all of them; so they are admitted there.
"""

from __future__ import annotations

from allot_api.known_models import BUILT_IN_MODELS, RERANK_MODEL
from allot_api.rules.endpoint_terms import (
    IS_ATTACHED,
    SETTINGS,
    Endpoint,
    EndpointRule,
    is_attached,
    settings_of,
)
from allot_api.rules.rule import Rule, Term, quote
from allot_api.terms import LongDocumentStrategy, TaskType

LONG = f"{SETTINGS}.long_document_strategy"
MOST = f"{SETTINGS}.max_chunks_per_doc"
MODEL = f"{SETTINGS}.model_id"
RETURN_DOCUMENTS = "task_settings.return_documents"


def _is_reranker(endpoint: Endpoint) -> bool:
    is_model = settings_of(endpoint).model_id == RERANK_MODEL
    return is_model and endpoint.spec.task_type is TaskType.RERANK


def _is_own_dense(endpoint: Endpoint) -> bool:
    is_built_in = settings_of(endpoint).model_id in BUILT_IN_MODELS
    return not is_built_in and endpoint.spec.task_type is TaskType.TEXT_EMBEDDING


def _return_documents(endpoint: Endpoint) -> bool | None:
    settings = endpoint.spec.task_settings
    return settings.return_documents if settings else None


def _vectors_rule(field: str) -> EndpointRule:
    """Return the rule that a field about vectors is for dense models of one's own only."""
    path = f"{SETTINGS}.{field}"
    return Rule(
        name=f"{field}_elsewhere",
        path=path,
        cel=f"!has(self.{path}) || {IS_ATTACHED} "
        f"|| (self.task_type == {quote(TaskType.TEXT_EMBEDDING)} "
        f"&& !(has(self.{MODEL}) && self.{MODEL} in {[*BUILT_IN_MODELS]}))",
        holds=lambda it: (
            getattr(settings_of(it), field) is None or is_attached(it) or _is_own_dense(it)
        ),
        message=f"{field} is {{value}}: it is for text_embedding by a model of your own only, "
        f"since the others' is known: leave {field} out, or write the model_id of your own model",
        terms={"value": Term(f"self.{path}", lambda it: getattr(settings_of(it), field))},
    )


TASK_OPTION_RULES: tuple[EndpointRule, ...] = (
    Rule(
        name="long_document_strategy_elsewhere",
        path=LONG,
        cel=f"!has(self.{LONG}) || {IS_ATTACHED} || (self.task_type == {quote(TaskType.RERANK)} "
        f"&& has(self.{MODEL}) && self.{MODEL} == {quote(RERANK_MODEL)})",
        holds=lambda it: (
            settings_of(it).long_document_strategy is None or is_attached(it) or _is_reranker(it)
        ),
        message="long_document_strategy is {strategy}: it is for task_type rerank by "
        f"{RERANK_MODEL} only: leave long_document_strategy out, or write model_id: {RERANK_MODEL}",
        terms={"strategy": Term(f"self.{LONG}", lambda it: settings_of(it).long_document_strategy)},
    ),
    Rule(
        name="max_chunks_without_chunk",
        path=MOST,
        cel=f"!has(self.{MOST}) || {IS_ATTACHED} "
        f"|| (has(self.{LONG}) && self.{LONG} == {quote(LongDocumentStrategy.CHUNK)})",
        holds=lambda it: (
            settings_of(it).max_chunks_per_doc is None
            or is_attached(it)
            or settings_of(it).long_document_strategy is LongDocumentStrategy.CHUNK
        ),
        message="max_chunks_per_doc is {most}: it needs long_document_strategy: chunk: write that "
        "too, or leave max_chunks_per_doc out",
        terms={"most": Term(f"self.{MOST}", lambda it: settings_of(it).max_chunks_per_doc)},
    ),
    _vectors_rule("similarity"),
    _vectors_rule("element_type"),
    Rule(
        name="return_documents_elsewhere",
        path=RETURN_DOCUMENTS,
        cel=f"!has(self.task_settings) || !has(self.{RETURN_DOCUMENTS}) "
        f"|| self.task_type == {quote(TaskType.RERANK)}",
        holds=lambda it: _return_documents(it) is None or it.spec.task_type is TaskType.RERANK,
        message="return_documents is given for task_type {task}, which answers with no documents: "
        "it is for rerank only: leave return_documents out, or write task_type: rerank",
        terms={"task": Term("self.task_type", lambda it: it.spec.task_type)},
    ),
)
