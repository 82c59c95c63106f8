"""Whether requests are traced: where OpenTelemetry's own variables name a receiver.

Without one nothing of OpenTelemetry is imported, and a request is asked one question more.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Protocol

from allot_runtime.outcomes import Outcome
from allot_runtime.timeline import Timeline

logger = logging.getLogger(__name__)

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


class Tracer(Protocol):
    """Takes requests that have ended."""

    def record(
        self, timeline: Timeline, outcome: Outcome, ended: float, headers: Mapping[str, str]
    ) -> None:
        """Make spans of a request; its headers say whose trace it belongs to."""
        ...

    def end(self) -> None:
        """Send what is not sent yet; blocks for some seconds at most."""
        ...


def is_tracing_wanted(environment: Mapping[str, str]) -> bool:
    """Whether OpenTelemetry's variables ask for traces."""
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    return any(environment.get(name) for name in ENDPOINTS)


def build_tracer(environment: Mapping[str, str], identity: Mapping[str, str]) -> Tracer | None:
    """Return what traces this process' requests, None where that is not asked for.

    `identity` is what the spans say of the process, by OpenTelemetry's names.
    """
    if not is_tracing_wanted(environment):
        return None
    try:
        from allot_runtime.spans import build_otlp_tracer
    except ImportError as error:
        logger.warning("no traces: install allot-inference[tracing] (%s)", error)
        return None
    return build_otlp_tracer(identity)
