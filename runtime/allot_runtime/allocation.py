"""One allocation: its model's way from a source to the first vector, and what it says of it."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from allot_api.terms import ModelState, TaskType
from allot_protocol.errors import ErrorType, RequestFault
from allot_protocol.inference_request import InferenceRequest
from allot_protocol.priority import Priority
from allot_runtime.answering import build_answer, tokenize_request
from allot_runtime.batching import choose_budget
from allot_runtime.clock import epoch_milliseconds
from allot_runtime.engine import Engine
from allot_runtime.errors import ModelFault, SourceFault
from allot_runtime.meters import Meters
from allot_runtime.models.interface import DenseVector, Model, Output, Score, TokenSequence
from allot_runtime.models.pacing import keep_pace
from allot_runtime.readiness import Readiness
from allot_runtime.settings import Settings
from allot_runtime.sources.fetching import FetchedModel, Surroundings, fetch_patiently
from allot_runtime.sources.progress import Measure, Progress, nothing_yet
from allot_runtime.startup import StartPhase, StartWatch, describe_phases
from allot_runtime.timeline import Interval, Timeline

if TYPE_CHECKING:
    from allot_api.trained_model import TrainedModelSpec

logger = logging.getLogger(__name__)

T = TypeVar("T")
Enter = Callable[[StartPhase], None]
Load = Callable[["TrainedModelSpec", Path, int, Enter], tuple[Model, int]]

WARM_UP_TEXT = "The quick brown fox jumps over the lazy dog."
WARM_UP_SECONDS = 600.0
# Up to here tokens are made on the event loop: a query takes 20 us, and to hand it to another
# thread and back ten times that while the model computes.
INLINE_CHARACTERS, INLINE_INPUTS = 1000, 4


def load_with_torch(
    spec: TrainedModelSpec, folder: Path, num_threads: int, enter: Enter
) -> tuple[Model, int]:
    """Return the model and torch's threads. Torch is imported here, where HTTP answers already."""
    enter(StartPhase.IMPORT)
    from allot_runtime.models.loading import configure_threads, load_model

    enter(StartPhase.LOAD)
    threads = configure_threads(num_threads)
    return load_model(spec, folder), threads


class Allocation:
    """The model's state and the calls that use it; lives on the event loop."""

    def __init__(
        self,
        settings: Settings,
        load: Load = load_with_torch,
        monotonic: Callable[[], float] = time.monotonic,
        process_age_seconds: float = 0.0,
        settle: Callable[[], None] = lambda: None,
    ) -> None:
        """Begin with nothing; `settle` is called when all that stays for good is there."""
        self.settings = settings
        self._settle = settle
        self.monotonic = monotonic
        self.spec = settings.model
        self.boot_id = uuid.uuid4().hex
        self.start_time = epoch_milliseconds()
        self.readiness = Readiness()
        self.measure: Measure = nothing_yet
        self.digest: str | None = None
        self.size_bytes: int | None = None
        self.torch_threads: int | None = None
        self.meters = Meters(self.spec.task_types)
        self.engine = Engine(
            settings.queue_capacity,
            choose_budget(settings.num_threads),
            settings.queue_order,
            monotonic=monotonic,
            observe=self.meters.record_pass,
        )
        self._start = StartWatch(monotonic(), process_age_seconds)
        self._load = load
        self._model: Model | None = None

    @property
    def model_id(self) -> str:
        """Return the id that the TrainedModel goes by."""
        return self.settings.model_id

    @property
    def dimensions(self) -> int | None:
        """Return the length of dense vectors, None until known."""
        return self._model.dimensions if self._model else None

    async def prepare(self) -> None:
        """Fetch, load and prove the model.

        Raises ModelFault when no model can be made of the files. A source that cannot be
        had leaves the process up, so that it says why for as long as someone looks.
        """
        self._advance(ModelState.FETCHING)
        self._enter(StartPhase.FETCH)
        try:
            fetched = await self._fetch()
        except SourceFault as fault:
            logger.error("%s: %s", fault.reason, fault)
            self.readiness = self.readiness.fail(fault.reason, fault.message)
            return
        self.digest, self.size_bytes = fetched.digest, fetched.size_bytes
        self.measure = lambda: Progress(fetched.size_bytes, fetched.size_bytes)
        self._advance(ModelState.LOADING)
        try:
            await self._use(fetched)
        except ModelFault as fault:
            self.readiness = self.readiness.fail(fault.reason, fault.message)
            raise
        self._settle()
        self._advance(ModelState.READY)
        self._start.end(self.monotonic())
        phases = self.measure_start()
        logger.info("ready after %.1f s: %s", sum(phases.values()), describe_phases(phases))

    def drain(self) -> None:
        """Be ready no more; what comes nevertheless is still answered."""
        self._advance(ModelState.DRAINING)

    def measure_start(self) -> dict[StartPhase, float]:
        """Return the seconds of each phase of the start, until now or until ready."""
        return self._start.measure(self.monotonic())

    async def infer(
        self, request: InferenceRequest, timeline: Timeline | None = None
    ) -> dict[str, Any]:
        """Return the answer's body, and fill in the timeline; raises RequestFault."""
        timeline = timeline or Timeline(self.monotonic())
        model = self._model
        if model is None or not self.readiness.can_infer:
            raise RequestFault(ErrorType.NOT_READY, self.readiness.describe())
        self.engine.record_access(epoch_milliseconds())
        began = self.monotonic()
        sequences = await self._tokenize(request, model, began + request.timeout_seconds)
        timeline.tokenizing = Interval(began, self.monotonic())
        timeline.tokens = sum(map(len, sequences))
        self.meters.record_tokenization(timeline.tokenizing)
        outputs = await self.engine.infer(
            sequences,
            priority=request.priority,
            timeout_seconds=request.timeout_seconds,
            spent_seconds=timeline.tokenizing.seconds,
            unread_inputs=len(request.inputs) - len(sequences),
            timeline=timeline,
        )
        return build_answer(request, sequences, outputs, self.settings.element_type)

    async def _tokenize(
        self, request: InferenceRequest, model: Model, deadline: float
    ) -> list[TokenSequence]:
        """Return the sequences of a request; fewer once the deadline has passed."""
        if request.characters <= INLINE_CHARACTERS and len(request.inputs) <= INLINE_INPUTS:
            return tokenize_request(request, self.spec, model)
        left = threading.Event()

        def is_wanted() -> bool:
            return not left.is_set() and self.monotonic() < deadline

        try:
            return await asyncio.to_thread(tokenize_request, request, self.spec, model, is_wanted)
        finally:
            # The thread outlives a client who has left, unless it is told.
            left.set()

    async def _fetch(self) -> FetchedModel:
        loop = asyncio.get_running_loop()
        around = Surroundings(
            cache=self.settings.locate(self.settings.cache_dir),
            locate=self.settings.locate,
            announce=lambda measure: _post(loop, lambda: self._measure_by(measure)),
            report=lambda fault: _post(loop, lambda: self._report(fault)),
            cache_limit=self.settings.cache_limit_bytes,
            claim=self.settings.locate(self.settings.claim_dir),
            token=self.settings.source_token,
        )
        return await run_in_daemon(lambda: fetch_patiently(self.spec.source, around))

    async def _use(self, fetched: FetchedModel) -> None:
        self._enter(StartPhase.LOAD)
        loaded, self.torch_threads = await self._load_model(fetched.folder)
        model = keep_pace(loaded, self.settings.pace)
        self.engine.use(model)
        self._advance(ModelState.WARMING_UP)
        self._enter(StartPhase.WARM_UP)
        try:
            outputs = await self._warm_up(model)
        except RequestFault as fault:
            raise ModelFault(f"the first forward pass failed: {fault.message}") from fault
        if not all(is_finite(output) for output in outputs):
            raise ModelFault("the first forward pass gave numbers that are not finite")
        self._model = model

    async def _load_model(self, folder: Path) -> tuple[Model, int]:
        threads = self.settings.num_threads
        try:
            return await self.engine.call(
                lambda: self._load(self.spec, folder, threads, self._enter)
            )
        except ModelFault:
            raise
        except Exception as error:
            # Another start would read the same files.
            logger.exception("the model cannot be loaded")
            raise ModelFault(f"the model's files cannot be loaded: {error!r}") from error

    async def _warm_up(self, model: Model) -> list[Output]:
        task = self.spec.task_types[0]
        request = InferenceRequest(
            task_type=task,
            inputs=(WARM_UP_TEXT,),
            query=WARM_UP_TEXT if task is TaskType.RERANK else None,
            input_type=None,
            return_documents=False,
            top_n=None,
            timeout_seconds=WARM_UP_SECONDS,
        )
        sequences = await asyncio.to_thread(tokenize_request, request, self.spec, model)
        return await self.engine.infer(
            sequences, priority=Priority.SEARCH, timeout_seconds=WARM_UP_SECONDS
        )

    def _enter(self, phase: StartPhase) -> None:
        self._start.enter(phase, self.monotonic())

    def _advance(self, state: ModelState) -> None:
        self.readiness = self.readiness.advance(state)
        logger.info("%s", self.readiness.state)

    def _measure_by(self, measure: Measure) -> None:
        self.measure = measure
        self.readiness = replace(self.readiness, reason=None, message="")

    def _report(self, fault: SourceFault) -> None:
        self.readiness = self.readiness.report(fault.reason, fault.message)


def is_finite(output: Output) -> bool:
    """Whether an output holds numbers only; weights of a few words may rightly be none."""
    match output:
        case DenseVector(values):
            return bool(np.isfinite(values).all())
        case Score(value):
            return bool(np.isfinite(value))
        case _:
            return all(np.isfinite(weight) for weight in output.weights.values())


async def run_in_daemon(function: Callable[[], T], name: str = "fetch") -> T:
    """Run a function in a thread that does not keep the process from ending."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        try:
            value = function()
        except BaseException as error:
            caught = error
            _post(loop, lambda: None if answer.done() else answer.set_exception(caught))
        else:
            _post(loop, lambda: None if answer.done() else answer.set_result(value))

    threading.Thread(target=run, name=name, daemon=True).start()
    return await answer


def _post(loop: asyncio.AbstractEventLoop, function: Callable[[], None]) -> None:
    """Run a function on the event loop, unless that is closed already."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(function)
