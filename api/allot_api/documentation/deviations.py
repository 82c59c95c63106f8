"""Where Allot differs from Elasticsearch's rules on purpose. The one place that lists it."""

from __future__ import annotations

from dataclasses import dataclass

from allot_api.fields import MAX_ALLOCATIONS, MAX_ID_LENGTH
from allot_api.inference_endpoint import MAX_CHUNK_WORDS, MAX_CHUNKS_PER_DOCUMENT


@dataclass(frozen=True, slots=True)
class Deviation:
    """One difference: what it is about, what Elasticsearch does, what Allot does instead."""

    about: str
    elasticsearch: str
    allot: str


DEVIATIONS: tuple[Deviation, ...] = (
    Deviation(
        "an endpoint that cannot start",
        "`num_threads: 3`, or `num_allocations` beside enabled `adaptive_allocations`, is refused "
        "when the deployment starts; the endpoint stays behind",
        "refused before anything is stored",
    ),
    Deviation(
        "disabled `adaptive_allocations` without `num_allocations`",
        "one allocation",
        "refused: the number has to be said",
    ),
    Deviation(
        "a change of `num_threads`",
        "refused, or passed over without a word",
        "pods are replaced one after the other",
    ),
    Deviation(
        "a change of `chunking_settings`, `long_document_strategy`, `max_chunks_per_doc`",
        "refused",
        "holds for what is cut or ranked from then on",
    ),
    Deviation(
        "`PUT` on an id that exists",
        "refused; `_update` takes one of `num_allocations` and `adaptive_allocations`",
        "`kubectl apply` sends the whole spec, and the rules of a new endpoint hold for it",
    ),
    Deviation(
        "a model or deployment that does not exist",
        "refused",
        "stored with `Accepted=False`, and taken up once it is there, whatever the order of apply",
    ),
    Deviation(
        "the task of ELSER, E5 and `.rerank-v1`",
        "not compared with the `task_type` of the request",
        "`Accepted=False` with `TaskMismatch`, as for every model",
    ),
    Deviation(
        "`task_settings` of ELSER and E5",
        "dropped without a word",
        "refused",
    ),
    Deviation(
        "`chunking_settings: {}`",
        "the defaults",
        "refused: leave `chunking_settings` out for the defaults",
    ),
    Deviation(
        "settings beside the chunking strategy `none`",
        "not looked at",
        "refused",
    ),
    Deviation(
        "`separators`",
        "regular expressions of Java",
        "regular expressions of Python, of 1 to 256 characters each",
    ),
    Deviation(
        "upper bounds",
        "none on allocations, chunk sizes, `max_chunks_per_doc` and the length of an id",
        f"{MAX_ALLOCATIONS} allocations, {MAX_CHUNK_WORDS} words, {MAX_CHUNKS_PER_DOCUMENT} chunks "
        f"of a document, {MAX_ID_LENGTH} characters",
    ),
    Deviation(
        "`service_settings` of an endpoint that shares a deployment",
        "passed over",
        "passed over too, but each must be a value that could stand: `num_threads: 3` is refused; "
        "and an `element_type` that is not the deployment's is `SettingsMismatch`",
    ),
    Deviation(
        "`element_type: byte` of a model in the cluster",
        "answers with floats in `text_embedding`",
        "answers with `text_embedding_bytes`",
    ),
    Deviation(
        "`similarity` and `element_type` where an alias means a model that Elasticsearch knows",
        "there are no aliases",
        "what the model has may be written out; anything else is `SettingsMismatch`",
    ),
    Deviation(
        "`service: elser`",
        "newer versions store it as `elasticsearch`, ask for `num_threads` and admit a minimum of "
        "0; an id for another processor is refused",
        "answers as its own page prints it: service `elser`, 1 thread if none is given, at least "
        "1 allocation; `.elser_model_2_linux-x86_64` is an alias everywhere",
    ),
    Deviation(
        "ids of the preconfigured endpoints",
        "reserved",
        "free",
    ),
    Deviation(
        "ids of models that begin with a dot",
        "for Elastic's own models",
        "free: Elastic's ids are TrainedModels like any other here",
    ),
    Deviation(
        "an id that a model and an endpoint or a deployment want",
        "whichever comes second is refused",
        "an endpoint or deployment that comes second is refused; a model is not, and takes "
        "nothing away from what was there before it",
    ),
    Deviation(
        "`priority` and `cache_size` of a deployment",
        "known",
        "unknown fields: pods have Kubernetes' priority, and there is no cache of answers",
    ),
)
