"""The one thread that computes, and the line before it.

    event loop: infer() ──► WaitingLine ──► compute thread: model.compute(batch) ──► futures

Every call of torch happens on the compute thread, loading included: OpenMP keeps a team of
threads for each thread that calls it, and two teams on one core would fight.
"""

from __future__ import annotations

import asyncio
import copy
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from allot_protocol.errors import ErrorType, RequestFault
from allot_protocol.priority import Priority
from allot_runtime.batching import Budget
from allot_runtime.counters import Counters, MinuteCounter, Pass, Snapshot
from allot_runtime.jobs import Item, Job, deliver, settle
from allot_runtime.models.interface import Model, Output, TokenSequence
from allot_runtime.timeline import Interval, Timeline
from allot_runtime.waiting import Order, Place, WaitingLine

logger = logging.getLogger(__name__)

T = TypeVar("T")

RETRY_AFTER_SECONDS = 1


@dataclass(slots=True)
class Engine:
    """Runs inputs through a model, batch by batch; refuses when its line is full."""

    capacity: int
    budget: Budget = field(default_factory=Budget)
    order: Order = Order.BY_SIZE
    monotonic: Callable[[], float] = time.monotonic
    observe: Callable[[Pass], None] = lambda _: None
    _model: Model | None = None
    _calls: deque[Callable[[], None]] = field(default_factory=deque)
    _line: WaitingLine[Item] = field(init=False)
    _counters: Counters = field(init=False)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _running: int = 0
    _ends: bool = False
    _thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        """Start the compute thread."""
        self._line = WaitingLine(self.capacity, Item.is_wanted, self.order)
        self._counters = Counters(MinuteCounter(self.monotonic()))
        # A daemon: a process that must end does not wait for a load of minutes.
        self._thread = threading.Thread(target=self._work, name="compute", daemon=True)
        self._thread.start()

    async def call(self, function: Callable[[], T]) -> T:
        """Run a function on the compute thread, before anything that waits."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def run() -> None:
            try:
                value = function()
            except BaseException as error:
                settle(loop, answer, error=error)
            else:
                settle(loop, answer, value)

        with self._changed:
            self._calls.append(run)
            self._changed.notify()
        return await answer

    def use(self, model: Model) -> None:
        """Take the model that computes from now on."""
        self._model = model

    async def infer(
        self,
        sequences: Sequence[TokenSequence],
        *,
        priority: Priority,
        timeout_seconds: float,
        spent_seconds: float = 0.0,
        unread_inputs: int = 0,
        timeline: Timeline | None = None,
    ) -> list[Output]:
        """Return one output for each sequence; part of the timeout may be spent already.

        `unread_inputs` are those of the request that were not even read in time. `timeline` is told
        when the request was queued and computed.

        Raises RequestFault: REJECTED when the line is full, TIMEOUT, FAILED. A caller that is
        cancelled takes its inputs out of the line.
        """
        left_seconds = timeout_seconds - spent_seconds
        if left_seconds <= 0:
            raise self._time_out(timeout_seconds, len(sequences) + unread_inputs)
        job = self._enqueue(sequences, priority, timeline or Timeline(self.monotonic()))
        try:
            async with asyncio.timeout(left_seconds):
                return await job.done
        except TimeoutError:
            raise self._time_out(timeout_seconds, job.missing) from None
        finally:
            job.is_wanted = False

    def snapshot(self) -> Snapshot:
        """Return the counters of this moment."""
        with self._changed:
            self._counters.minutes.advance(self.monotonic())
            return Snapshot(
                copy.deepcopy(self._counters), len(self._line), self._line.tokens, self._running
            )

    def record_access(self, epoch_milliseconds: int) -> None:
        """Remember when the last request came."""
        with self._changed:
            self._counters.last_access_milliseconds = epoch_milliseconds

    @property
    def pending(self) -> int:
        """Return how many inputs wait or are being computed."""
        with self._changed:
            return len(self._line) + self._running

    @property
    def tokens_waiting(self) -> int:
        """Return the tokens in the line; a moment old, since it does not wait for the lock."""
        return self._line.tokens

    def end(self) -> None:
        """Let the compute thread end when nothing waits any more."""
        with self._changed:
            self._ends = True
            self._changed.notify()

    def _enqueue(
        self, sequences: Sequence[TokenSequence], priority: Priority, timeline: Timeline
    ) -> Job:
        loop = asyncio.get_running_loop()
        job = Job(loop, loop.create_future(), [None] * len(sequences), len(sequences), timeline)
        timeline.queued_at = self.monotonic()
        places = [
            Place(Item(job, index, sequence), len(sequence))
            for index, sequence in enumerate(sequences)
        ]
        with self._changed:
            if not self._line.admit(places, priority, self.monotonic()):
                self._counters.rejected += len(sequences)
                raise self._refusal(len(sequences))
            self._counters.record_arrival(len(places), sum(place.tokens for place in places))
            self._changed.notify()
        return job

    def _time_out(self, timeout_seconds: float, inputs: int) -> RequestFault:
        """Count inputs that were not done in time, and return their request's refusal."""
        with self._changed:
            self._counters.timeouts += inputs
        return RequestFault(
            ErrorType.TIMEOUT, f"timeout [{timeout_seconds:g}s] waiting for inference result"
        )

    def _refusal(self, inputs: int) -> RequestFault:
        if inputs > self.capacity:
            message = f"{inputs} inputs in one request; the queue holds {self.capacity}: send fewer"
            return RequestFault(ErrorType.REJECTED, message)
        message = f"inference queue is full: {len(self._line)} of {self.capacity} inputs wait"
        return RequestFault(ErrorType.REJECTED, message, retry_after_seconds=RETRY_AFTER_SECONDS)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._calls or len(self._line) or self._ends)
                call = self._calls.popleft() if self._calls else None
                batch = [] if call else self._line.take(self.budget, self.monotonic())
                self._running = len(batch)
                if self._ends and not (call or batch):
                    return
            if call:
                call()
            elif batch:
                self._compute(batch)

    def _compute(self, batch: list[Item]) -> None:
        began = self.monotonic()
        try:
            outputs = self._run_model(batch)
        except Exception as error:
            if len(batch) > 1:
                # One input may be at fault: the others shall not pay for it.
                for item in batch:
                    self._compute([item])
                return
            logger.exception("a forward pass failed")
            self._fail(batch[0], error)
            return
        now = self.monotonic()
        tokens = sum(len(item.sequence) for item in batch)
        with self._changed:
            self._counters.record_pass(now, len(batch), tokens, now - began)
            self._running = 0
        self._note_pass(batch, tokens, Interval(began, now))
        deliver(batch, outputs)

    def _note_pass(self, batch: list[Item], tokens: int, took: Interval) -> None:
        waits = []
        for item in batch:
            timeline = item.job.timeline
            timeline.add_pass(took)
            waits.append(took.began - (timeline.queued_at or took.began))
        self.observe(Pass(tokens, tuple(waits)))

    def _run_model(self, batch: list[Item]) -> list[Output]:
        if self._model is None:
            raise RuntimeError("no model is loaded")
        return self._model.compute([item.sequence for item in batch])

    def _fail(self, item: Item, error: Exception) -> None:
        with self._changed:
            self._counters.errors += 1
            self._running = 0
        item.job.is_wanted = False
        fault = RequestFault(ErrorType.FAILED, f"inference failed: [{error}]")
        settle(item.job.loop, item.job.done, error=fault)
