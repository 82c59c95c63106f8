"""Turns what a watch saw into keys to look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from allot_cluster.resources import (
    DEPLOYMENTS,
    INFERENCE_ENDPOINTS,
    MODEL_DEPLOYMENTS,
    PODS,
    TRAINED_MODELS,
    Resource,
)
from allot_operator.work.index import Index, Ties
from allot_operator.work.keys import Key
from allot_operator.work.ties import (
    Body,
    read_deployment_ties,
    read_endpoint_ties,
    read_model_ties,
    read_pods_token,
)

DECLARED = (TRAINED_MODELS, MODEL_DEPLOYMENTS, INFERENCE_ENDPOINTS)
OBSERVED = (DEPLOYMENTS, PODS)


@dataclass(slots=True)
class Dispatcher:
    """Keeps the index, and adds to the queue by it.

    `namespaces` are those that are looked after, empty for all. Models of the operator's own
    namespace count for all of them.
    """

    enqueue: Callable[[Key], None]
    operator_namespace: str
    namespaces: tuple[str, ...] = ()
    index: Index = field(default_factory=Index)

    def notice(self, resource: Resource, body: Body, *, is_gone: bool) -> None:
        """Take in one object of a watch."""
        if resource in OBSERVED:
            token = read_pods_token(body)
            for key in self.index.find((token,)) if token else ():
                self.enqueue(key)
            return
        metadata = body["metadata"]
        key = Key(resource, metadata.get("namespace", ""), metadata["name"])
        if self.is_ours(key):
            self._note(key, None if is_gone else self._read(resource, body))

    def drop(self, key: Key) -> None:
        """Take in that an object is gone, which no watch may have told."""
        for other in self.index.note(key, None):
            if other != key:
                self.enqueue(other)

    def is_ours(self, key: Key) -> bool:
        """Whether the object is to be looked after here."""
        if not self.namespaces or key.namespace in self.namespaces:
            return True
        return key.resource == TRAINED_MODELS and key.namespace == self.operator_namespace

    def _note(self, key: Key, ties: Ties | None) -> None:
        for other in self.index.note(key, ties):
            self.enqueue(other)

    def _read(self, resource: Resource, body: Body) -> Ties:
        if resource == TRAINED_MODELS:
            return read_model_ties(body)
        if resource == MODEL_DEPLOYMENTS:
            return read_deployment_ties(body, self.operator_namespace)
        return read_endpoint_ties(body, self.operator_namespace)
