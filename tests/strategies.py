"""Random specs of the three kinds: what a person could have meant, and now and then a slip in it.

A spec is first drawn as the rules want it, with ids that often meet those of other objects. One
in three then has one field damaged: taken away, invented, of another type or out of its bounds.
"""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

# Hypothesis draws a good part of all examples more than once.
REPEATS = 4

Spec = dict[str, Any]
Specs = st.SearchStrategy[Spec]

MODELS = {
    "sparse_embedding": (".elser_model_2", ".elser_model_2_linux-x86_64", "splade"),
    "text_embedding": (".multilingual-e5-small", "e5", "small"),
    "rerank": (".rerank-v1", "ranker"),
}
MODEL_IDS = tuple(model_id for ids in MODELS.values() for model_id in ids)
DEPLOYMENT_IDS = ("shared", ".Shared_2", "e5")
INFERENCE_IDS = ("wanted", ".My-Endpoint_1", "shared", "e5")
SEPARATORS = ("\n\n", "(?<!a)\n", "; ", "(", "[[a]", "ä\U0001f600")
# Of the right form, wherever they may be put.
KNOWN: dict[str, Any] = {
    "overlap": 3,
    "sentence_overlap": 0,
    "separator_group": "markdown",
    "separators": [". "],
    "max_chunk_size": 200,
    "similarity": "cosine",
    "element_type": "byte",
    "long_document_strategy": "chunk",
    "max_chunks_per_doc": 2,
    "return_documents": True,
    "dimensions": 384,
    "adaptive_allocations": {"enabled": True, "max_number_of_allocations": 2},
    "num_allocations": 2,
    "deployment_id": "shared",
    "chunking_settings": {"strategy": "none"},
    "scaling": {"policy": "external"},
    "drain_seconds": 5,
    "scale_down_cooldown": "2m",
    "scale_up_cooldown": "5m",
}
JUNK: tuple[Any, ...] = (
    True, -1, 0, 3, 9, 64, 301, 2**31, 2**40, 1.0, 1.5,
    "", "1", "a b", "a\n", "_all", "é" * 253, "x" * 254, "e5",
    None, [], {}, [{}], [None], ["a", "a"], {"a": 1}, {"a": None},
)  # fmt: skip


def samples(strategy: Specs, number: int) -> list[Spec]:
    """Return that many different specs, the same in every run."""
    drawn: dict[str, Spec] = {}

    @settings(
        max_examples=REPEATS * number,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def keep(spec: Spec) -> None:
        drawn.setdefault(repr(spec), copy.deepcopy(spec))

    keep()
    assert len(drawn) >= number
    return list(drawn.values())[:number]


def mostly(usual: Any, rare: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw the usual value, or strategy, in nine of ten."""
    often = usual if isinstance(usual, st.SearchStrategy) else st.just(usual)
    return st.integers(0, 9).flatmap(lambda dice: rare if dice == 9 else often)


def some(fields: dict[str, st.SearchStrategy[Any]]) -> Specs:
    """Draw any of the fields."""
    return st.fixed_dictionaries({}, optional=fields)


THREADS = st.sampled_from([1, 2, 4, 8, 16, 32])
BOUNDS = st.tuples(st.integers(0, 5), st.integers(0, 5)).map(
    lambda pair: {
        "enabled": True,
        "min_number_of_allocations": min(pair),
        "max_number_of_allocations": max(1, *pair),
    }
)
ALLOCATIONS = st.one_of(
    st.integers(1, 5).map(lambda number: {"num_allocations": number}),
    st.just({"num_allocations": 1, "adaptive_allocations": {"enabled": False}}),
    st.one_of(BOUNDS, st.just({"enabled": True})).map(lambda it: {"adaptive_allocations": it}),
)
TIMES = st.sampled_from(["2m", "1d", "0s", "24h", "2d", "59s", "86401s", "1.5h", "90"])
SCALING = st.one_of(
    some(
        {
            "policy": st.just("work"),
            "target_utilization": st.integers(10, 100),
            "drain_seconds": st.integers(1, 3600),
            "scale_down_cooldown": mostly("2m", TIMES),
            "scale_up_cooldown": mostly("0s", TIMES),
            "scale_to_zero_after": mostly("24h", TIMES),
        }
    ),
    some({"scale_up_cooldown": mostly("5m", TIMES)}).map(
        lambda it: {"policy": "elasticsearch", **it}
    ),
    st.just({"policy": "external"}),
)
SIZES = st.sampled_from([250, 301, 20, 300])
CHUNKING = st.one_of(
    st.just({"strategy": "none"}),
    st.builds(
        lambda size, rest: {"strategy": "sentence", "max_chunk_size": size, **rest},
        SIZES,
        some({"sentence_overlap": st.integers(0, 1)}),
    ),
    st.builds(
        lambda size, part: {
            "strategy": "word",
            "max_chunk_size": size,
            "overlap": max(1, size // part),
        },
        SIZES,
        mostly(st.integers(2, 9), st.just(1)),
    ),
    st.builds(
        lambda size, rest: {"strategy": "recursive", "max_chunk_size": size, **rest},
        SIZES,
        st.one_of(
            st.just({}),
            st.sampled_from(["plaintext", "markdown"]).map(lambda it: {"separator_group": it}),
            st.lists(st.sampled_from(SEPARATORS), min_size=1, max_size=3).map(
                lambda it: {"separators": it}
            ),
        ),
    ),
)
VECTORS = some(
    {
        "similarity": st.sampled_from(["cosine", "dot_product", "l2_norm"]),
        "element_type": st.sampled_from(["float", "byte"]),
    }
)
LONG_DOCUMENTS: st.SearchStrategy[Any] = st.sampled_from(
    [
        {},
        {"long_document_strategy": "truncate"},
        {"long_document_strategy": "chunk"},
        {"long_document_strategy": "chunk", "max_chunks_per_doc": 3},
    ]
)


@st.composite
def endpoints(draw: st.DrawFn) -> Spec:
    """Draw an InferenceEndpoint's spec."""
    task = draw(st.sampled_from(sorted(MODELS)))
    is_elser = task == "sparse_embedding" and draw(st.booleans())
    spec: Spec = {
        "task_type": task,
        "service": "elser" if is_elser else "elasticsearch",
        "service_settings": draw(_service_settings(task)),
        **draw(some({"inference_id": st.sampled_from(INFERENCE_IDS)})),
    }
    if "deployment_id" not in spec["service_settings"]:
        spec |= draw(some({"scaling": SCALING}))
    if task == "rerank":
        spec |= draw(some({"task_settings": some({"return_documents": st.booleans()})}))
    else:
        spec |= draw(some({"chunking_settings": CHUNKING}))
    return draw(_damaged(spec))


@st.composite
def _service_settings(draw: st.DrawFn, task: str) -> Spec:
    model_id = draw(mostly(st.sampled_from(MODELS[task]), st.sampled_from(MODEL_IDS)))
    sized = {"model_id": model_id, "num_threads": draw(THREADS), **draw(ALLOCATIONS)}
    if draw(st.integers(0, 3)) == 0:
        echo = {**sized, **draw(VECTORS), **draw(LONG_DOCUMENTS)}
        kept = draw(st.sets(st.sampled_from(sorted(echo))))
        attached = {name: echo[name] for name in sorted(kept)}
        return {"deployment_id": draw(st.sampled_from(DEPLOYMENT_IDS)), **attached}
    if task == "text_embedding" and not model_id.startswith("."):
        sized |= draw(VECTORS)
    if model_id == ".rerank-v1" and task == "rerank":
        sized |= draw(LONG_DOCUMENTS)
    return sized


@st.composite
def deployments(draw: st.DrawFn) -> Spec:
    """Draw a ModelDeployment's spec."""
    spec: Spec = {
        "model_id": draw(st.sampled_from(MODEL_IDS)),
        **draw(
            some(
                {
                    "deployment_id": st.sampled_from(DEPLOYMENT_IDS),
                    "num_threads": THREADS,
                    "queue_capacity": st.sampled_from([1, 100_000]),
                    "scaling": SCALING,
                    "replicas": st.integers(0, 3),
                    "element_type": st.sampled_from(["float", "byte"]),
                    "cpuLimit": st.sampled_from(["NumThreads", "None"]),
                    "cache": st.sampled_from(
                        [
                            {},
                            {"emptyDir": {}},
                            {"emptyDir": {"sizeLimit": "5Gi"}},
                            {"persistentVolumeClaim": {"claimName": "weights"}},
                            {"hostPath": {"path": "/var/cache"}},
                        ]
                    ),
                }
            )
        ),
        **draw(st.one_of(st.just({}), ALLOCATIONS)),
    }
    return draw(_damaged(spec))


@st.composite
def models(draw: st.DrawFn) -> Spec:
    """Draw a TrainedModel's spec."""
    task = draw(st.sampled_from(sorted(MODELS)))
    spec: Spec = {
        "source": {
            "uri": draw(st.sampled_from(["package://weights/model", "file:///m", "hf://a/b@c1"]))
        },
        "task_types": [task],
        **draw(
            some(
                {
                    "model_id": st.sampled_from(MODELS[task]),
                    "aliases": st.lists(st.sampled_from(MODEL_IDS), max_size=2, unique=True),
                    "pooling": st.sampled_from(["mean", "cls", "last_token", "max"]),
                    "prefix_strings": some({"search": st.text(max_size=3)}),
                    "precision": st.sampled_from(["float32", "bfloat16"]),
                    "max_sequence_length": st.sampled_from([8, 131_072]),
                    "dimensions": st.sampled_from([1, 384]),
                }
            )
        ),
    }
    return draw(_damaged(spec))


@st.composite
def _damaged(draw: st.DrawFn, spec: Spec) -> Spec:
    """Draw the spec, or one with one field damaged."""
    # What is drawn most often stands first, and so does what does least damage.
    if draw(st.integers(0, 2)) < 2:
        return spec
    damaged = copy.deepcopy(spec)
    node, key = draw(st.sampled_from(_places(damaged)[::-1]))
    match draw(st.sampled_from(["invent", "replace", "replace", "lose"])):
        case "lose":
            del node[key]
        case "invent":
            name = draw(st.sampled_from(sorted(KNOWN)))
            node[name] = copy.deepcopy(KNOWN[name])
        case _:
            node[key] = copy.deepcopy(draw(st.sampled_from(JUNK)))
    return damaged


def _places(node: Spec) -> list[tuple[Spec, str]]:
    """Return every field of a spec, as the object that holds it and its name."""
    places: list[tuple[Spec, str]] = []
    for key, child in node.items():
        places.append((node, key))
        if isinstance(child, dict):
            places += _places(child)
    return places
