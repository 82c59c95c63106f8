"""One deployment's requests: admitted, held, sent, answered. The I/O around a Dispatcher.

send ──► admitted? ──► line ──► pod ──► answer
          │ no           │ time is up     │ never came: back into the line
          ▼              ▼                ▼ broke off
         429            408              502
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from allot_gateway.routing import faults
from allot_gateway.routing.bounds import Bounds
from allot_gateway.routing.calls import PodAnswer, PodCall
from allot_gateway.routing.dispatching import Dispatcher, Sent
from allot_gateway.routing.errand import Errand, prepare
from allot_gateway.routing.measures import Measures, PodShare, Reading
from allot_gateway.routing.pod_access import PodAccess
from allot_gateway.routing.sliding import SlidingSum
from allot_gateway.routing.token_guess import TokenGuess
from allot_gateway.view.state import DeploymentKey, Target
from allot_protocol.errors import RequestFault
from allot_protocol.pods.answers import CutShort, Overdue, RawAnswer, Unanswered

# A pod ends a request at its deadline itself, and says so: it gets the time for that.
GRACE_SECONDS = 0.5
RATE_SECONDS, BUDGET_PAUSE_SECONDS = 10.0, 0.1
TIMED_OUT, CONFLICT, TOO_MANY, UNAVAILABLE = 408, 409, 429, 503
# A pod that is not ready says so, by either: nothing was computed.
NOT_READY = (CONFLICT, UNAVAILABLE)


class Desk:
    """Sends one deployment's requests; `ask_for_start` is called while they wait for a pod."""

    def __init__(
        self, target: Target, bounds: Bounds, ask_for_start: Callable[[DeploymentKey], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._ask_for_start = ask_for_start
        self._dispatcher = Dispatcher(bounds)
        self._access = PodAccess(self._readmit)
        self._guess = TokenGuess()
        self._done = SlidingSum(RATE_SECONDS)
        self._waking: asyncio.TimerHandle | None = None
        self.measures = Measures()
        self.target = target
        self.see(target)

    # What is there.

    @property
    def is_waited_for(self) -> bool:
        """Whether requests wait and no pod serves."""
        return self._dispatcher.is_held and self._dispatcher.waiting > 0

    @property
    def is_unused(self) -> bool:
        """Whether nothing waits, and nothing is at a pod."""
        dispatcher = self._dispatcher
        return not (dispatcher.waiting or any(pod.requests for pod in dispatcher.pods.values()))

    def held_inputs(self) -> int:
        """Return the inputs that wait in the line, whether or not a pod serves."""
        return self._dispatcher.waiting_inputs

    def read(self) -> Reading:
        """Return the counters, the line and the pods of this moment."""
        dispatcher = self._dispatcher
        return Reading(
            self.measures,
            dispatcher.waiting,
            dispatcher.waiting_inputs,
            dispatcher.line.tokens,
            tuple(
                PodShare(self._access.name(pod.uid), pod.requests, pod.tokens, pod.is_aside)
                for pod in dispatcher.pods.values()
            ),
        )

    # What happens.

    def see(self, target: Target) -> None:
        """Take in what the deployment's requests can be sent to now."""
        self.target, now = target, self._loop.time()
        self._access.see(target.pods)
        settings = target.deployment.settings if target.deployment else None
        self._dispatcher.queue_capacity = settings.queue_capacity if settings else 0
        self._dispatcher.see_pods((pod.uid for pod in target.routable), now)
        if not self._dispatcher.is_held:
            self.measures.cold_starts.end(now)
            self._advance()
        elif (fault := self._find_fault()) is not None:
            self._refuse_all(fault)
        elif self._dispatcher.waiting:
            self._ask_for_start(target.key)
        elif target.workload is not None and target.workload.replicas == 0:
            self.measures.cold_starts.abandon()

    async def send(self, call: PodCall) -> PodAnswer:
        """Return a pod's answer; raises RequestFault where there is none."""
        now = self._loop.time()
        self.measures.requests += 1
        errand = prepare(call, self._guess.guess(call.characters, call.inputs), now)
        self._admit(errand, now)
        try:
            while True:
                if errand.sent is None:
                    await self._wait(errand)
                answer = await self._exchange(errand)
                if answer is not None:
                    self.measures.answered += 1
                    return answer
        except asyncio.CancelledError:
            self.measures.left += 1
            raise
        finally:
            self._leave(errand)

    def prune(self) -> None:
        """Close connections that have been idle for long."""
        self._access.prune(self._loop.time())

    async def close(self) -> None:
        """End every connection."""
        if self._waking is not None:
            self._waking.cancel()
        await self._access.close()

    # A request's way.

    def _admit(self, errand: Errand, now: float) -> None:
        dispatcher = self._dispatcher
        if errand.call.deadline <= now:
            self.measures.expired += 1
            raise faults.no_answer_in_time(errand.timeout_seconds)
        if dispatcher.is_held and (fault := self._find_fault()) is not None:
            raise fault
        errand.sent = dispatcher.send_at_once(errand, now)
        if errand.sent is not None:
            return
        if not dispatcher.offer(errand, now):
            self.measures.refused += 1
            raise self._refuse(now)
        if dispatcher.is_held:
            self.measures.held += 1
            if self.target.workload is None or self.target.workload.replicas == 0:
                self.measures.cold_starts.begin(now)
            self._ask_for_start(self.target.key)
        else:
            self._advance()

    async def _wait(self, errand: Errand) -> None:
        """Return once a pod is chosen; raises RequestFault when its time is up."""
        errand.waiter = self._loop.create_future()
        timer = self._loop.call_at(errand.call.deadline, self._expire, errand)
        try:
            await errand.waiter
        finally:
            timer.cancel()
            errand.waiter = None

    async def _exchange(self, errand: Errand) -> PodAnswer | None:
        """Return the pod's answer; None where it has none, and the request is back in line."""
        sent, call = errand.sent, errand.call
        assert sent is not None
        left = max(1, int(1000 * (call.deadline - self._loop.time())))
        try:
            raw = await self._access.pool(sent.pod.uid).post(
                f"{call.path}?timeout={left}ms",
                call.headers,
                call.body,
                call.deadline + GRACE_SECONDS,
            )
        except Unanswered as error:
            self._return(errand, is_refused=not error.was_sent)
            return None
        except CutShort as error:
            self.measures.broken += 1
            self._set_aside(sent)
            raise faults.broken_answer(self._access.name(sent.pod.uid), error) from error
        except Overdue:
            self.measures.expired += 1
            self._set_aside(sent)
            raise faults.no_answer_in_time(errand.timeout_seconds) from None
        return self._judge(errand, sent, raw)

    def _judge(self, errand: Errand, sent: Sent, raw: RawAnswer) -> PodAnswer | None:
        if raw.status in NOT_READY:
            self._return(errand, is_refused=True)
            return None
        now = self._loop.time()
        if raw.status == TOO_MANY:
            sent.pod.hear_full(now)
            if self._dispatcher.has_other_room(errand, now):
                self._return(errand, is_full=True)
                return None
        if raw.status == TIMED_OUT:
            # The pod was told the time that was left, and names that.
            raise faults.no_answer_in_time(errand.timeout_seconds)
        self._settle(errand, sent, raw, now)
        pod = self._access.name(sent.pod.uid)
        return PodAnswer(raw.status, raw.content_type, raw.body, raw.retry_after, pod, raw.tokens)

    def _settle(self, errand: Errand, sent: Sent, raw: RawAnswer, now: float) -> None:
        """Learn from an answer, and send what has room now."""
        errand.sent = None
        self._dispatcher.finish(sent, now)
        sent.pod.hear(raw.tokens_waiting, raw.tokens_per_pass, now)
        if raw.tokens is not None:
            self._guess.learn(errand.call.characters, errand.inputs, raw.tokens)
            self._done.add(raw.tokens, now)
        self._advance()

    def _return(self, errand: Errand, *, is_refused: bool = False, is_full: bool = False) -> None:
        """Put a request back into the line, and see whether another pod takes it at once.

        Unless it `is_full`, the pod is not asked until it says that it is ready; a request that it
        `is_refused`, and so cannot have begun, it may have again then.
        """
        assert errand.sent is not None
        sent, errand.sent = errand.sent, None
        if is_refused:
            errand.tried -= {sent.pod.uid}
        if not is_full:
            self._set_aside(sent)
        self._dispatcher.lose(sent, self._loop.time())
        self.measures.retried += 1
        self._dispatcher.put_back(errand)
        self._advance()

    def _leave(self, errand: Errand) -> None:
        """Forget a request, whatever it ended with."""
        if errand.is_waiting:
            self._dispatcher.withdraw(errand)
        if errand.sent is not None:
            sent, errand.sent = errand.sent, None
            self._dispatcher.lose(sent, self._loop.time())
            self._advance()

    # The line.

    def _advance(self) -> None:
        """Send what has room."""
        now = self._loop.time()
        while (sent := self._dispatcher.dispatch(now)) is not None:
            errand = sent.request
            assert isinstance(errand, Errand)
            errand.sent = sent
            errand.wake()
        if self._dispatcher.waits_for_budget and self._waking is None:
            self._waking = self._loop.call_later(BUDGET_PAUSE_SECONDS, self._wake)

    def _wake(self) -> None:
        self._waking = None
        self._advance()

    def _expire(self, errand: Errand) -> None:
        if not errand.is_waited_for:
            return
        self.measures.expired += 1
        seconds = errand.timeout_seconds
        is_held = self._dispatcher.is_held
        fault = faults.no_pod_in_time(self.target, seconds) if is_held else None
        errand.refuse(fault or faults.no_answer_in_time(seconds))

    def _find_fault(self) -> RequestFault | None:
        """Return why nobody need wait for a pod; None where one may come."""
        if self.target.deployment is None:
            return faults.not_found(self.target)
        return faults.find_stall(self.target)

    def _refuse(self, now: float) -> RequestFault:
        dispatcher = self._dispatcher
        if dispatcher.is_held:
            seconds = self.measures.cold_starts.estimate_left(now)
            return faults.too_many_held(self.target, dispatcher.waiting, seconds)
        tokens = dispatcher.line.tokens + sum(pod.tokens for pod in dispatcher.pods.values())
        rate = self._done.read(now) / RATE_SECONDS
        return faults.full_line(self.target, dispatcher.waiting_inputs, tokens, rate)

    def _refuse_all(self, fault: RequestFault) -> None:
        for request in tuple(self._dispatcher.all_waiting()):
            assert isinstance(request, Errand)
            # One each: whoever raises it adds its own traceback.
            request.refuse(RequestFault(fault.kind, fault.message))

    # Pods that do not answer.

    def _set_aside(self, sent: Sent) -> None:
        sent.pod.is_aside = True
        self._access.probe(sent.pod.uid)

    def _readmit(self, uid: str) -> None:
        pod = self._dispatcher.pods.get(uid)
        if pod is not None:
            pod.is_aside = False
            self._advance()
