"""What a probe's results amount to: thresholds counted as a kubelet does. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Probe:
    """A probe of the pod's spec with the API's defaults; times in seconds."""

    handler: Mapping[str, Any]
    initial_delay: float = 0.0
    period: float = 10.0
    timeout: float = 1.0
    success_threshold: int = 1
    failure_threshold: int = 3


@dataclass(frozen=True, slots=True)
class Tally:
    """Results in a row, and the verdict that they have led to so far (None: none yet)."""

    successes: int = 0
    failures: int = 0
    verdict: bool | None = None


def parse_probe(spec: Mapping[str, Any] | None) -> Probe | None:
    """Read a probe from a container's spec; None when it has none."""
    if not spec:
        return None
    return Probe(
        handler=spec,
        initial_delay=float(spec.get("initialDelaySeconds", 0)),
        period=float(spec.get("periodSeconds", 10)),
        timeout=float(spec.get("timeoutSeconds", 1)),
        success_threshold=int(spec.get("successThreshold", 1)),
        failure_threshold=int(spec.get("failureThreshold", 3)),
    )


def count(tally: Tally, probe: Probe, *, succeeded: bool) -> Tally:
    """Return the tally after one more result; the verdict changes at a threshold only."""
    if succeeded:
        counted = replace(tally, successes=tally.successes + 1, failures=0)
        if counted.successes >= probe.success_threshold:
            return replace(counted, verdict=True)
        return counted
    counted = replace(tally, failures=tally.failures + 1, successes=0)
    if counted.failures >= probe.failure_threshold:
        return replace(counted, verdict=False)
    return counted


def resolve_port(port: int | str, container: Mapping[str, Any]) -> int:
    """Return a port's number, looking a name up among the container's ports.

    Raises KeyError when the container has no port of the name.
    """
    if isinstance(port, int):
        return port
    if port.isdigit():
        return int(port)
    named = {one.get("name"): int(one["containerPort"]) for one in container.get("ports", [])}
    return named[port]
