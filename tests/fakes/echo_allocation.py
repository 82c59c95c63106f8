"""An allocation of a model without weights, and the HTTP face of it in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from allot_runtime.allocation import Allocation, Enter
from allot_runtime.app import build_app
from allot_runtime.models.interface import Model
from allot_runtime.settings import Settings
from allot_runtime.startup import StartPhase
from allot_runtime.tracing import Tracer
from tests.fakes.echo_model import an_open_model


def an_allocation(tmp_path: Path, model: Model, **settings: Any) -> Allocation:
    """Return an allocation whose source is there and whose model is already loaded."""
    return Allocation(some_settings(tmp_path, **settings), load=lambda *_: (model, 1))


def some_settings(tmp_path: Path, **settings: Any) -> Settings:
    """Return settings of a dense model, and put its files into a folder."""
    (tmp_path / "config.json").write_bytes(b"{}")
    (tmp_path / "model.safetensors").write_bytes(b"")
    spec = {
        "model_id": "echo",
        "source": {"uri": f"file://{tmp_path}"},
        "task_types": ["text_embedding"],
    }
    return Settings.model_validate({"model": spec, "deployment_id": "d", **settings})


class SlowStart:
    """A clock that stands still but for what a start takes: an import of 2 s, a load of 0.5 s."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        """Return the time."""
        return self.now

    def load(self, *given: Any) -> tuple[Model, int]:
        """Return a model after importing and loading, as the real loader does."""
        enter: Enter = given[-1]
        enter(StartPhase.IMPORT)
        self.now += 2.0
        enter(StartPhase.LOAD)
        self.now += 0.5
        return an_open_model(), 1


@asynccontextmanager
async def a_served_model(
    tmp_path: Path,
    model: Model | None = None,
    *,
    prepared: bool = True,
    tracer: Tracer | None = None,
    **settings: Any,
) -> AsyncIterator[tuple[Allocation, httpx.AsyncClient]]:
    """Yield an allocation, prepared or not, with a client of its application."""
    allocation = an_allocation(tmp_path, model or an_open_model(), **settings)
    if prepared:
        await allocation.prepare()
    transport = httpx.ASGITransport(build_app(allocation, tracer), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://pod") as client:
        yield allocation, client
    allocation.engine.end()
