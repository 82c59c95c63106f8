"""What the handlers work with; made once, when the gateway starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request

from allot_gateway.access.gate import Gate
from allot_gateway.access.in_flight import InFlight
from allot_gateway.inference.serving import Inference
from allot_gateway.meters import Meters
from allot_gateway.surroundings import Surroundings
from allot_gateway.view.state import View


@dataclass(frozen=True, slots=True)
class Parts:
    """The gateway's parts; `is_draining` once it was told to end."""

    view: View
    inference: Inference
    gate: Gate
    around: Surroundings
    meters: Meters
    in_flight: InFlight
    monotonic: Callable[[], float]
    is_draining: Callable[[], bool]


def parts_of(request: Request) -> Parts:
    """Return the parts of the application that a request came to."""
    parts: Parts = request.app.state.parts
    return parts
