from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from allot_gateway.routing.bounds import Bounds
from allot_gateway.routing.dispatching import Dispatcher, Sent
from allot_gateway.routing.line import Request
from allot_gateway.routing.pod_load import TOKENS_PER_PASS
from allot_protocol.priority import Priority

SEARCH, INGEST = Priority.SEARCH, Priority.INGEST


def a_request(tokens: int = 8, priority: Priority = SEARCH, arrived: float = 0.0) -> Request:
    return Request(priority, 1, tokens, arrived)


def a_dispatcher(*pods: str, bounds: Bounds | None = None) -> Dispatcher:
    dispatcher = Dispatcher(bounds or Bounds(), queue_capacity=1000)
    dispatcher.see_pods(pods, 0.0)
    return dispatcher


def send_all(dispatcher: Dispatcher, now: float = 0.0) -> list[Sent]:
    found = []
    while (sent := dispatcher.dispatch(now)) is not None:
        found.append(sent)
    return found


def test_an_idle_pod_gets_a_request_at_once() -> None:
    dispatcher = a_dispatcher("a")
    request = a_request()

    assert dispatcher.offer(request, 0.0)
    (sent,) = send_all(dispatcher)

    assert (sent.request, sent.pod.uid) == (request, "a")


def test_what_needs_no_line_goes_past_it() -> None:
    dispatcher = a_dispatcher("a")

    first = dispatcher.send_at_once(a_request(400), 0.0)
    ready = dispatcher.send_at_once(a_request(380), 0.0)
    waits = dispatcher.send_at_once(a_request(10), 0.0)
    dispatcher.offer(a_request(10), 0.0)
    assert first is not None
    dispatcher.finish(first, 1.0)

    assert ready is not None
    assert waits is None
    # Room there is, and somebody who came before.
    assert dispatcher.send_at_once(a_request(1), 1.0) is None


def test_the_pod_that_is_idle_longest_comes_first() -> None:
    dispatcher = a_dispatcher("a", "b", "c")
    for now, uid in ((1.0, "b"), (2.0, "c"), (3.0, "a")):
        dispatcher.pods[uid].idle_since = now

    for _ in range(3):
        dispatcher.offer(a_request(), 4.0)

    assert [sent.pod.uid for sent in send_all(dispatcher, 4.0)] == ["b", "c", "a"]


def test_a_pod_gets_one_pass_ready_and_the_rest_waits() -> None:
    dispatcher = a_dispatcher("a", "b")
    for _ in range(100):
        dispatcher.offer(a_request(100), 0.0)

    sent = send_all(dispatcher)

    # One runs, and three fit into the pass behind it.
    assert sorted(one.pod.uid for one in sent) == ["a"] * 4 + ["b"] * 4
    assert dispatcher.waiting == 92


def test_an_answer_makes_room_for_the_next_pass() -> None:
    dispatcher = a_dispatcher("a")
    for _ in range(100):
        dispatcher.offer(a_request(100), 0.0)
    first, *ready = send_all(dispatcher)

    dispatcher.finish(first, 1.0)
    refill = send_all(dispatcher, 1.0)
    # The pass of those that were ready ends: all three are answered, the first makes the room.
    dispatcher.finish(ready[0], 2.0)
    again = send_all(dispatcher, 2.0)
    dispatcher.finish(ready[1], 2.0)
    dispatcher.finish(ready[2], 2.0)

    assert (len(ready), len(refill), len(again)) == (3, 3, 3)
    assert send_all(dispatcher, 2.0) == []


def test_of_busy_pods_the_one_whose_pass_ends_first_is_chosen() -> None:
    dispatcher = a_dispatcher("a", "b")
    for tokens in (300, 100):
        dispatcher.offer(a_request(tokens), 0.0)
    long, short = send_all(dispatcher)
    # At 4,000 tokens a second the long one has 25 ms left when a second short one begins.
    dispatcher.finish(short, 0.04)
    dispatcher.offer(a_request(200), 0.05)
    send_all(dispatcher, 0.05)
    dispatcher.offer(a_request(8), 0.06)
    (sent,) = send_all(dispatcher, 0.06)

    assert sent.pod is long.pod


def test_what_is_larger_than_a_pass_goes_where_nothing_is_ready() -> None:
    dispatcher = a_dispatcher("a")
    huge = [a_request(5 * TOKENS_PER_PASS) for _ in range(3)]
    for one in huge:
        dispatcher.offer(one, 0.0)

    first, second = send_all(dispatcher)
    dispatcher.finish(first, 1.0)
    (third,) = send_all(dispatcher, 1.0)

    assert [one.request for one in (first, second, third)] == huge


def test_what_others_sent_counts_and_is_forgotten_in_time() -> None:
    dispatcher = a_dispatcher("a", "b")
    for pod in dispatcher.pods.values():
        pod.hear(None, 100, 0.0)
    dispatcher.pods["a"].hear(90, None, 0.0)

    dispatcher.offer(a_request(), 0.0)
    dispatcher.offer(a_request(), 0.0)
    soon = [sent.pod.uid for sent in send_all(dispatcher)]
    for _ in range(20):
        dispatcher.offer(a_request(10), 0.0)
    full = [sent.pod.uid for sent in send_all(dispatcher)]
    later = [sent.pod.uid for sent in send_all(dispatcher, 10.0)]

    # To b, although a is as idle by this gateway's own requests; then a takes one, and no more.
    assert soon == ["b", "b"]
    assert full.count("a") <= 2
    assert later.count("a") >= 7


def test_a_pod_that_leaves_keeps_what_it_has_and_is_then_forgotten() -> None:
    dispatcher = a_dispatcher("a")
    dispatcher.offer(a_request(), 0.0)
    (sent,) = send_all(dispatcher)

    dispatcher.see_pods((), 1.0)
    dispatcher.offer(a_request(), 1.0)

    assert dispatcher.is_held
    assert send_all(dispatcher, 1.0) == []
    dispatcher.finish(sent, 2.0)
    assert dispatcher.pods == {}


def test_what_comes_back_goes_elsewhere_before_the_line() -> None:
    dispatcher = a_dispatcher("a", "b")
    for _ in range(40):
        dispatcher.offer(a_request(100), 0.0)
    sent = send_all(dispatcher)
    lost = next(one for one in sent if one.pod.uid == "a")

    dispatcher.pods["a"].is_aside = True
    dispatcher.lose(lost, 1.0)
    dispatcher.put_back(lost.request)
    first_of_b = next(one for one in sent if one.pod.uid == "b")
    dispatcher.finish(first_of_b, 2.0)

    again = send_all(dispatcher, 2.0)
    assert again[0].request is lost.request
    assert {one.pod.uid for one in again} == {"b"}


def test_past_the_budget_a_retry_waits() -> None:
    bounds = Bounds(retry_floor=2, retry_share=0.0, retry_window_seconds=10.0)
    dispatcher = a_dispatcher("a", bounds=bounds)
    for _ in range(5):
        dispatcher.offer(a_request(10), 0.0)
    lost = send_all(dispatcher)
    dispatcher.see_pods(("b",), 0.0)
    for one in lost:
        dispatcher.lose(one, 0.0)
        dispatcher.put_back(one.request)

    assert len(send_all(dispatcher, 0.0)) == 2
    assert len(send_all(dispatcher, 5.0)) == 0
    assert len(send_all(dispatcher, 11.0)) == 2


@dataclass
class Story:
    """What happened to each request, beside the dispatcher."""

    dispatcher: Dispatcher
    now: float = 0.0
    admitted: list[Request] = field(default_factory=list)
    there: list[Sent] = field(default_factory=list)
    ended: list[Request] = field(default_factory=list)
    seen: dict[int, list[str]] = field(default_factory=dict)

    def offer(self, number: int, priority: Priority) -> None:
        dispatcher = self.dispatcher
        request = a_request(1 + number % 700, priority, self.now)
        before = dispatcher.waiting_inputs
        if sent := dispatcher.send_at_once(request, self.now):
            assert before == 0
            self.admitted.append(request)
            self.note(sent)
            return
        if dispatcher.offer(request, self.now):
            self.admitted.append(request)
            return
        serving = sum(pod.is_routable for pod in dispatcher.pods.values())
        assert before >= (max(20, 4 * serving) if serving else 5)

    def finish(self, number: int, priority: Priority) -> None:
        if self.there:
            sent = self.there.pop(number % len(self.there))
            self.dispatcher.finish(sent, self.now)
            self.ended.append(sent.request)

    def fail(self, number: int, priority: Priority) -> None:
        if self.there:
            sent = self.there.pop(number % len(self.there))
            self.dispatcher.lose(sent, self.now)
            self.dispatcher.put_back(sent.request)

    def leave(self, number: int, priority: Priority) -> None:
        if waiting := list(self.dispatcher.all_waiting()):
            gone = waiting[number % len(waiting)]
            self.dispatcher.withdraw(gone)
            self.ended.append(gone)

    def see_pods(self, number: int, priority: Priority) -> None:
        self.dispatcher.see_pods({str(number >> at & 3) for at in (0, 2)}, self.now)

    def wait(self, number: int, priority: Priority) -> None:
        self.now += number / 2**12

    def advance(self) -> None:
        for sent in send_all(self.dispatcher, self.now):
            self.note(sent)

    def note(self, sent: Sent) -> None:
        pods = self.seen.setdefault(id(sent.request), [])
        assert sent.pod.uid not in pods
        assert sent.pod.is_routable
        pods.append(sent.pod.uid)
        self.there.append(sent)

    def check(self) -> None:
        dispatcher = self.dispatcher
        waiting = list(dispatcher.all_waiting())
        known = [*waiting, *(sent.request for sent in self.there), *self.ended]
        assert sorted(map(id, known)) == sorted(map(id, self.admitted))
        assert dispatcher.waiting == len(waiting)
        assert dispatcher.waiting_inputs == len(waiting)
        for uid, pod in dispatcher.pods.items():
            mine = [sent for sent in self.there if sent.pod is pod]
            assert (pod.requests, pod.tokens) == (len(mine), sum(one.tokens for one in mine))
            assert (
                0 <= pod.ready_tokens <= max(pod.tokens_per_pass, *(one.tokens for one in mine), 0)
            ), uid
        if len(dispatcher.line):
            # Nobody waits while a pod that may be asked has nothing to do.
            assert all(pod.requests for pod in dispatcher.pods.values() if pod.is_routable)


BOUNDS = Bounds(held_requests=5, least_line_inputs=20)
ACTIONS = (Story.offer, Story.offer, Story.offer, Story.finish, Story.fail, Story.leave,
           Story.see_pods, Story.wait)  # fmt: skip
actions = st.lists(
    st.tuples(st.sampled_from(ACTIONS), st.integers(0, 2**16), st.sampled_from(list(Priority))),
    max_size=80,
)


@given(actions)
def test_nothing_is_lost_and_no_pod_is_asked_twice(
    actions: list[tuple[Callable[[Story, int, Priority], None], int, Priority]],
) -> None:
    story = Story(Dispatcher(BOUNDS, queue_capacity=4))
    for act, number, priority in actions:
        story.now += 0.01
        act(story, number, priority)
        story.advance()
        story.check()


@given(st.lists(st.integers(1, 700), min_size=1, max_size=60))
def test_within_a_class_and_size_the_order_of_arrival_is_kept(sizes: list[int]) -> None:
    dispatcher = a_dispatcher("a")
    story = Story(dispatcher)
    order: list[Request] = []
    for at, tokens in enumerate(sizes):
        request = a_request(tokens, arrived=at / 100)
        dispatcher.offer(request, at / 100)
    now = 1.0
    there: list[Sent] = []
    while dispatcher.waiting or there:
        for sent in send_all(dispatcher, now):
            order.append(sent.request)
            there.append(sent)
        dispatcher.finish(there.pop(0), now)
        now += 0.1

    assert story.there == []
    for is_long in (False, True):
        lane = [one.arrived for one in order if (one.tokens > 32) is is_long]
        assert lane == sorted(lane)
    assert len(order) == len(sizes)
