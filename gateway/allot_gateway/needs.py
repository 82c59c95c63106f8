"""What each management call needs: its verb, by method and path. Pure.

Inference itself is `inference.face`'s, and the shapes of others name their endpoint in the body.
"""

from __future__ import annotations

from dataclasses import dataclass

from allot_gateway.access.actions import DEPLOYMENTS, ENDPOINTS, MODELS, Verb

# Kubernetes' probes, and Prometheus by the NetworkPolicy, come without credentials.
OPEN_PATHS = frozenset({"/livez", "/readyz", "/metrics"})
SHAPES = ("v1", "v2", "tei")
UPDATE, ALL, STATS = "_update", "_all", "_stats"
DEPLOYMENT_VERBS = {"_start": Verb.CREATE, "_update": Verb.UPDATE, "_stop": Verb.DELETE}
ENDPOINT_VERBS = {"PUT": Verb.CREATE, "DELETE": Verb.DELETE}


@dataclass(frozen=True, slots=True)
class Need:
    """A verb on a kind, or on the one of an id."""

    verb: Verb
    resource: str
    identifier: str | None = None

    @property
    def is_change(self) -> bool:
        """Whether it is written down who did it."""
        return self.verb in (Verb.CREATE, Verb.UPDATE, Verb.DELETE)


def admits_itself(method: str, path: str) -> bool:
    """Whether a call is another API's inference, whose endpoint is known once its body is read."""
    return method == "POST" and path.split("/")[1] in SHAPES


def find_need(method: str, path: str) -> Need | None:
    """Return what a call needs; None where it is enough to be known."""
    parts = [part for part in path.split("/") if part]
    match parts:
        case ["_inference", *named]:
            return _need_of_endpoint(method, named)
        case ["_ml", "trained_models", *named]:
            return _need_of_model(named)
        case ["v1", "models"]:
            return Need(Verb.LIST, ENDPOINTS)
        case ["v1", "models", identifier] | ["tei", identifier, *_]:
            return Need(Verb.GET, ENDPOINTS, identifier)
        case _:
            return None


def _need_of_model(named: list[str]) -> Need:
    match named:
        case [identifier, "deployment", verb] if verb in DEPLOYMENT_VERBS:
            return Need(DEPLOYMENT_VERBS[verb], DEPLOYMENTS, identifier)
        case [*_, last] if last == STATS:
            return Need(Verb.LIST, DEPLOYMENTS)
        case _:
            return Need(Verb.LIST, MODELS)


def _need_of_endpoint(method: str, named: list[str]) -> Need:
    is_update = bool(named) and named[-1] == UPDATE and method == "PUT"
    if is_update:
        named = named[:-1]
    identifier = named[-1] if named else ALL
    if is_update:
        return Need(Verb.UPDATE, ENDPOINTS, identifier)
    if method in ENDPOINT_VERBS:
        return Need(ENDPOINT_VERBS[method], ENDPOINTS, identifier)
    return (
        Need(Verb.LIST, ENDPOINTS) if identifier == ALL else Need(Verb.GET, ENDPOINTS, identifier)
    )
