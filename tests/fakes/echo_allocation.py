"""An allocation of a model without weights, and the HTTP face of it in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from allot_runtime.allocation import Allocation
from allot_runtime.app import build_app
from allot_runtime.models.interface import Model
from allot_runtime.settings import Settings
from tests.fakes.echo_model import an_open_model


def an_allocation(tmp_path: Path, model: Model, **settings: Any) -> Allocation:
    """Return an allocation whose source is there and whose model is already loaded."""
    (tmp_path / "config.json").write_bytes(b"{}")
    (tmp_path / "model.safetensors").write_bytes(b"")
    spec = {
        "model_id": "echo",
        "source": {"uri": f"file://{tmp_path}"},
        "task_types": ["text_embedding"],
    }
    given = Settings.model_validate({"model": spec, "deployment_id": "d", **settings})
    return Allocation(given, load=lambda *_: (model, 1))


@asynccontextmanager
async def a_served_model(
    tmp_path: Path, model: Model | None = None, **settings: Any
) -> AsyncIterator[tuple[Allocation, httpx.AsyncClient]]:
    """Prepare an allocation and yield it with a client of its application."""
    allocation = an_allocation(tmp_path, model or an_open_model(), **settings)
    await allocation.prepare()
    transport = httpx.ASGITransport(build_app(allocation), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://pod") as client:
        yield allocation, client
    allocation.engine.end()
