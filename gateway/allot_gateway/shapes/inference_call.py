"""What every shape is translated to, and what it needs of whoever has it computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from allot_api.terms import TaskType
from allot_protocol.inference_request import InputType

# Elasticsearch's answer, decoded: one name, and a list of elements.
Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class InferenceCall:
    """A request to an endpoint; without a task_type, for whatever task it has."""

    inference_id: str
    task_type: TaskType | None
    inputs: tuple[str, ...]
    query: str | None = None
    input_type: InputType | None = None
    top_n: int | None = None
    return_documents: bool = False


@dataclass(frozen=True, slots=True)
class Computed:
    """An answer, and how many tokens the pods read for it: 0 if they did not tell."""

    answer: Answer
    tokens: int


@dataclass(frozen=True, slots=True)
class ServedEndpoint:
    """An endpoint that can be called, and when it was made, in seconds since 1970."""

    inference_id: str
    task_type: TaskType
    created: int


class Inference(Protocol):
    """Has calls computed, in a namespace."""

    async def infer(
        self, namespace: str, call: InferenceCall, headers: Mapping[str, str]
    ) -> Computed:
        """Return Elasticsearch's answer; raises RequestFault."""
        ...

    def endpoints(self, namespace: str) -> Sequence[ServedEndpoint]:
        """Return the endpoints that can be called now."""
        ...


def read_elements(answer: Answer) -> list[dict[str, Any]]:
    """Return the elements of an answer, whatever their name: vectors may be of bytes too."""
    (elements,) = answer.values()
    found: list[dict[str, Any]] = elements
    return found
