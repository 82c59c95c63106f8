"""The closed sets of words in specs and statuses: Elasticsearch's words, then Allot's own."""

from __future__ import annotations

from enum import StrEnum


class Service(StrEnum):
    """Elasticsearch's services that run models inside the cluster."""

    ELASTICSEARCH = "elasticsearch"
    ELSER = "elser"


class TaskType(StrEnum):
    """What a client asks a model to do."""

    RERANK = "rerank"
    SPARSE_EMBEDDING = "sparse_embedding"
    TEXT_EMBEDDING = "text_embedding"


class AllocationState(StrEnum):
    """Elasticsearch's three states of a deployment's allocations."""

    STARTING = "starting"
    STARTED = "started"
    FULLY_ALLOCATED = "fully_allocated"


class DeploymentState(StrEnum):
    """Elasticsearch's states of a deployment, but for stopping: what ends is gone."""

    STARTING = "starting"
    STARTED = "started"
    FAILED = "failed"


class Priority(StrEnum):
    """Elasticsearch's priorities of a deployment; endpoints have normal ones only."""

    NORMAL = "normal"


class ChunkingStrategy(StrEnum):
    """How long input is cut before it is embedded for an index."""

    SENTENCE = "sentence"
    WORD = "word"
    RECURSIVE = "recursive"
    NONE = "none"


class SeparatorGroup(StrEnum):
    """Named lists of separators for the recursive chunking strategy."""

    PLAINTEXT = "plaintext"
    MARKDOWN = "markdown"


class LongDocumentStrategy(StrEnum):
    """What a reranker does with a document that is longer than it can read at once."""

    CHUNK = "chunk"
    TRUNCATE = "truncate"


class Similarity(StrEnum):
    """How an index compares an endpoint's dense vectors."""

    COSINE = "cosine"
    DOT_PRODUCT = "dot_product"
    L2_NORM = "l2_norm"


class ElementType(StrEnum):
    """How an index stores an element of an endpoint's dense vectors."""

    FLOAT = "float"
    BYTE = "byte"


class Pooling(StrEnum):
    """How a model's token outputs become one output; max is a sparse model's."""

    MEAN = "mean"
    CLS = "cls"
    LAST_TOKEN = "last_token"
    MAX = "max"


class Normalization(StrEnum):
    """What is done to a dense vector's length."""

    L2 = "l2"
    NONE = "none"


class SpecialTokens(StrEnum):
    """What becomes of the weights that a sparse model gives to special tokens."""

    KEEP = "keep"
    ZERO = "zero"


class Scoring(StrEnum):
    """How a model scores a document against a query for a rerank task."""

    CROSS_ENCODER = "cross_encoder"
    EMBEDDING_SIMILARITY = "embedding_similarity"


class Precision(StrEnum):
    """The number format that a model computes in."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


class WeightsFormat(StrEnum):
    """How a source's weights are written; reading a pickle can be made to run code."""

    SAFETENSORS = "safetensors"
    PICKLE = "pickle"


class ScalingPolicy(StrEnum):
    """Who decides the number of allocations, and by which rule."""

    WORK = "work"
    ELASTICSEARCH = "elasticsearch"
    EXTERNAL = "external"


class UpgradePolicy(StrEnum):
    """When pods that only a new version of Allot would change are replaced."""

    AUTOMATIC = "Automatic"
    DEFERRED = "Deferred"


class CpuLimit(StrEnum):
    """The CPU limit of a model pod."""

    NUM_THREADS = "NumThreads"
    NONE = "None"


class ModelState(StrEnum):
    """How far a pod is with its model, in the words of its /stats."""

    STARTING = "starting"
    FETCHING = "fetching"
    LOADING = "loading"
    WARMING_UP = "warming_up"
    READY = "ready"
    FAILED = "failed"
    DRAINING = "draining"
