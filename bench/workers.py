"""Libraries in processes of their own, spoken to by lines of JSON (servers/worker.py)."""

from __future__ import annotations

import contextlib
import json
import selectors
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.environments import prepare_environment
from bench.errors import NotMeasured
from bench.folders import SCRIPTS, cache_folder
from bench.peers.interface import Setup
from bench.processes import Group, running

ANSWER_SECONDS = 600.0
# Where each library lives; None is the environment that measures.
HOMES = {
    "allot": None,
    "allot-bfloat16": None,
    "transformers": "naive",
    "sentence-transformers": "sentence-transformers",
    "onnxruntime": "onnxruntime",
    "openvino": "openvino",
    "openvino-bfloat16": "openvino",
}
PAIR_SCORERS = ("allot", "allot-bfloat16", "transformers", "sentence-transformers")
# A text, or a query with a passage.
Given = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that answers one line with one line."""

    group: Group

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Return the answer; raises NotMeasured when the process ends or takes too long."""
        pipe = self.group.process.stdin
        assert pipe is not None
        with contextlib.suppress(BrokenPipeError):
            pipe.write(json.dumps(question).encode() + b"\n")
            pipe.flush()
        return self.read()

    def read(self) -> dict[str, Any]:
        """Return the next line."""
        pipe = self.group.process.stdout
        assert pipe is not None
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            if not selector.select(ANSWER_SECONDS):
                raise NotMeasured(f"no answer within {ANSWER_SECONDS:.0f} s")
        line = pipe.readline()
        if not line:
            self.group.process.wait()
            raise NotMeasured(f"it ended: {self.group.tell_end()}")
        answer: dict[str, Any] = json.loads(line)
        return answer


def find_python(engine: str) -> Path:
    """Return the Python of a library's environment; raises NotMeasured."""
    home = HOMES[engine]
    return Path(sys.executable) if home is None else prepare_environment(home)


@contextlib.contextmanager
def working(engine: str, setup: Setup, *, scores_pairs: bool = False) -> Iterator[Worker]:
    """Give a library with its model loaded; raises NotMeasured."""
    if scores_pairs and engine not in PAIR_SCORERS:
        raise NotMeasured(f"no way to score pairs with it: of {', '.join(PAIR_SCORERS)}")
    options = ["--engine", engine, "--model", str(setup.model), "--threads", str(setup.threads)]
    options += ["--pairs"] if scores_pairs else []
    argv = [str(find_python(engine)), str(SCRIPTS / "worker.py"), *options]
    with working_script(engine, argv, setup.threads) as worker:
        yield worker


@contextlib.contextmanager
def working_script(name: str, argv: Sequence[str], threads: int) -> Iterator[Worker]:
    """Give a script that has said that it is ready; raises NotMeasured."""
    environment = {"OMP_NUM_THREADS": str(threads), "HF_HUB_OFFLINE": "1"}
    log = cache_folder("logs") / f"worker-{name}.log"
    with running(argv, environment, log, piped=True) as group:
        worker = Worker(group)
        worker.read()
        yield worker


def compute_reference(
    setup: Setup, texts: Sequence[Given], *, scores_pairs: bool = False
) -> list[list[float]]:
    """Return transformers' vectors in float32, each text for itself: no padding, no rounding."""
    with working("transformers", setup, scores_pairs=scores_pairs) as worker:
        return [worker.ask({"vectors": [text]})["vectors"][0] for text in texts]
