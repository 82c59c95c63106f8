"""A plain server around a library, as people write it when they have no inference server.

POST / {"input": TEXT} → {"embedding": [...]}. One thread computes. With --batch 1 it takes one
request at a time; with more it takes all that wait, up to so many, in one call of the library.
"""

from __future__ import annotations

import argparse
import asyncio
import queue
import threading
from pathlib import Path

import orjson
import uvicorn
from engines import ENGINES, Engine, build_engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Waiting = tuple[str, asyncio.AbstractEventLoop, asyncio.Future]


class Line:
    """Requests that wait, and the thread that computes them: loading too, as OpenMP wants."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._waiting: queue.SimpleQueue[Waiting] = queue.SimpleQueue()
        threading.Thread(target=self._work, daemon=True).start()

    async def embed(self, text: str) -> list[float]:
        """Return a text's vector."""
        loop = asyncio.get_running_loop()
        answer = loop.create_future()
        self._waiting.put((text, loop, answer))
        return await answer

    def _work(self) -> None:
        options = self._options
        engine = build_engine(options.engine, options.model, options.threads)
        while True:
            self._pass(engine, self._take())

    def _take(self) -> list[Waiting]:
        taken = [self._waiting.get()]
        while len(taken) < self._options.batch and not self._waiting.empty():
            taken.append(self._waiting.get())
        return taken

    def _pass(self, engine: Engine, taken: list[Waiting]) -> None:
        vectors = engine.encode([text for text, _, _ in taken])
        for (_, loop, answer), vector in zip(taken, vectors, strict=True):
            loop.call_soon_threadsafe(_settle, answer, vector)


def _settle(answer: asyncio.Future, vector: object) -> None:
    if not answer.done():
        answer.set_result(vector)


def build_app(line: Line) -> Starlette:
    """Return the application."""

    async def embed(request: Request) -> Response:
        vector = await line.embed(orjson.loads(await request.body())["input"])
        body = orjson.dumps({"embedding": vector}, option=orjson.OPT_SERIALIZE_NUMPY)
        return Response(body, media_type="application/json")

    return Starlette(routes=[Route("/", embed, methods=["POST"])])


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=sorted(ENGINES), required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--batch", type=int, default=1)
    options = parser.parse_args()
    uvicorn.run(
        build_app(Line(options)),
        host="127.0.0.1",
        port=options.port,
        log_level="error",
        access_log=False,
    )


if __name__ == "__main__":
    main()
