"""Whether an endpoint's settings fit its model, where only the cluster knows which that is.

The rules of `allot_api` know a model by the id that an endpoint writes; here it may come from an
alias or from the deployment that the endpoint shares.
"""

from __future__ import annotations

from allot_api.chunking import NoChunking, RecursiveChunking, find_bad_separator
from allot_api.conditions import AcceptedReason
from allot_api.known_models import ELSER_MAX_CHUNK_WORDS, is_built_in, is_elser
from allot_api.resolve import DeploymentSettings, EmbeddingOptions, EndpointSettings
from allot_api.terms import ElementType, Similarity, TaskType
from allot_operator.acceptance.catalogue import Found
from allot_operator.acceptance.verdict import Verdict


def settings_misfit(settings: EndpointSettings, found: Found) -> Verdict | None:
    """Return the first setting that does not fit the model, or None."""
    options = settings.task
    if not isinstance(options, EmbeddingOptions):
        return None
    return (
        chunks_exceed_elsers(options, found)
        or vectors_differ(options, found)
        or separators_are_no_patterns(options)
    )


def chunks_exceed_elsers(options: EmbeddingOptions, found: Found) -> Verdict | None:
    """Report chunks that are longer than ELSER's may be."""
    chunking = options.chunking
    if isinstance(chunking, NoChunking) or not is_elser(_identifiers(found)):
        return None
    if chunking.max_chunk_size <= ELSER_MAX_CHUNK_WORDS:
        return None
    return Verdict(
        AcceptedReason.SETTINGS_MISMATCH,
        f"max_chunk_size is {chunking.max_chunk_size}, and the model is {found.model_id}: a chunk "
        f"for ELSER has at most {ELSER_MAX_CHUNK_WORDS} words: write max_chunk_size: "
        f"{ELSER_MAX_CHUNK_WORDS} or less",
    )


def vectors_differ(options: EmbeddingOptions, found: Found) -> Verdict | None:
    """Report another similarity or element_type than a model has that Elasticsearch knows."""
    if options.similarity is None or not is_built_in(_identifiers(found)):
        return None
    for field, value, known in (
        ("similarity", options.similarity, Similarity.COSINE),
        ("element_type", options.element_type, ElementType.FLOAT),
    ):
        if value not in (None, known):
            return _differs_from_known(field, value, known, found)
    return None


def element_type_differs(settings: EndpointSettings, shared: DeploymentSettings) -> Verdict | None:
    """Report an endpoint's element_type that is not that of the deployment which it shares."""
    options = settings.task
    if not isinstance(options, EmbeddingOptions):
        return None
    if options.element_type in (None, shared.element_type):
        return None
    return Verdict(
        AcceptedReason.SETTINGS_MISMATCH,
        f"element_type is {options.element_type}, but deployment {shared.deployment_id} answers "
        f"with {shared.element_type}: leave element_type out, or share another deployment",
    )


def bytes_do_not_fit(element_type: ElementType, found: Found) -> Verdict | None:
    """Report a deployment of bytes whose model makes no vectors, or is known to make floats."""
    if element_type is ElementType.FLOAT:
        return None
    if is_built_in(_identifiers(found)):
        return _differs_from_known("element_type", element_type, ElementType.FLOAT, found)
    if TaskType.TEXT_EMBEDDING in found.spec.task_types:
        return None
    tasks = ", ".join(found.spec.task_types)
    return Verdict(
        AcceptedReason.SETTINGS_MISMATCH,
        f"element_type is {element_type}, but model {found.model_id} does: {tasks}: it is for "
        "text_embedding only: leave element_type out",
    )


def separators_are_no_patterns(options: EmbeddingOptions) -> Verdict | None:
    """Report a separator that no text can be searched for."""
    if not isinstance(options.chunking, RecursiveChunking):
        return None
    bad = find_bad_separator(options.chunking.separators)
    if bad is None:
        return None
    return Verdict(
        AcceptedReason.INVALID_SEPARATORS,
        f"separators hold '{bad}': a separator is a regular expression: write one like \\n\\n",
    )


def _differs_from_known(field: str, value: object, known: str, found: Found) -> Verdict:
    return Verdict(
        AcceptedReason.SETTINGS_MISMATCH,
        f"{field} is {value}, and the model is {found.model_id}: its {field} is {known}: "
        f"write {field}: {known}, or leave it out",
    )


def _identifiers(found: Found) -> tuple[str, ...]:
    return found.model_id, *(found.spec.aliases or ())
