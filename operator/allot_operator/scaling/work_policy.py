"""The policy `work`: as many allocations as the work that arrives and waits needs.

An allocation's capacity is its rate of tokens at full passes, so that one which answers many
short queries in small passes is not taken for busy. Up at once on strong evidence, down with
patience.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from allot_operator.scaling.arrivals import Arrivals, Span, Window
from allot_operator.scaling.cost_model import Cost, CostModel, choose_full_pass
from allot_operator.scaling.intervals import Interval
from allot_operator.scaling.observation import Observation
from allot_operator.scaling.patience import Patience
from allot_operator.scaling.policy import Policy
from allot_operator.scaling.proposals import Numbers, Proposal
from allot_operator.scaling.reasons import ScalingReason

# A rise is begun when the load is above by so many standard errors, and sized less strictly:
# else it would take several steps.
RISE_ERRORS, SIZE_ERRORS = 3.0, 1.5
# Short windows are many: of a load that is just met one of them would be above now and then.
SHORT_SECONDS, SHORT_MARGIN, LONG_RISE_ERRORS = 60.0, 1.05, 4.0
FALL_ERRORS = 2.0
# What waits while all is well: the next pass of each pod, and one more.
USUAL_PASSES = 2.0
# Until a pod said how long it took to start.
UNKNOWN_START_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class WorkMemory:
    """What passes cost, what arrived, since when less would do, and the last known budgets.

    `risen_at` is when the target last rose, in own seconds.
    """

    cost: CostModel = field(default_factory=CostModel)
    arrivals: Arrivals = field(default_factory=Arrivals)
    patience: Patience = field(default_factory=Patience)
    pass_tokens: float | None = None
    start_seconds: float | None = None
    risen_at: float | None = None


@dataclass(frozen=True, slots=True)
class Capacity:
    """Tokens per second that one allocation does at full passes: as fitted, at best, at worst."""

    pass_tokens: float
    usual: float
    best: float
    worst: float


def propose_by_work(
    policy: Policy,
    memory: WorkMemory,
    observation: Observation,
    interval: Interval,
    seconds: float,
) -> Proposal[WorkMemory]:
    """Return the target that the work needs."""
    live = observation.live_target or 0
    memory = learn(memory, observation, interval)
    fitted = memory.cost.fit()
    capacity = find_capacity(memory, fitted) if fitted else None
    window = policy.tuning.scale_down_cooldown.total_seconds()
    if capacity is None or fitted is None:
        patience = _be_patient_unmeasured(memory, observation, interval, live, window)
        target = patience.choose(live, window)
        reason = ScalingReason.LESS_WORK if target < live else ScalingReason.KEPT
        message = "no forward pass was measured yet"
        return Proposal(target, reason, message, _with_patience(memory, patience))
    rise = choose_rise(policy, memory, observation, capacity, seconds)
    fall = choose_fall(policy, memory, observation, capacity)
    step = interval.seconds
    if interval.is_complete:
        patience = memory.patience.wish(min(fall, live), live, step, window)
    else:
        patience = memory.patience.wait(step)
    wanted, reason = rise
    if wanted <= live:
        wanted = patience.choose(live, window) if interval.is_complete else live
        reason = ScalingReason.LESS_WORK if wanted < live else ScalingReason.KEPT
    numbers = _tell_numbers(policy, memory, observation, fitted, capacity)
    message = _describe(policy, memory, observation, capacity, max(rise[0], min(fall, live)))
    risen_at = seconds if wanted > live else memory.risen_at
    kept = WorkMemory(
        memory.cost,
        memory.arrivals,
        patience,
        memory.pass_tokens,
        memory.start_seconds,
        risen_at,
    )
    return Proposal(wanted, reason, message, kept, max(rise[0], fall), numbers)


def learn(memory: WorkMemory, observation: Observation, interval: Interval) -> WorkMemory:
    """Return the memory after what the pods did and said."""
    cost = memory.cost.learn(interval)
    if not cost.passes:
        cost = cost.guess(pod.work for pod in observation.answers)
    arrivals = memory.arrivals
    length = cost.input_tokens or 0.0
    if interval.seconds > 0.0:
        tokens = interval.tokens_arrived + interval.inputs_rejected * length
        arrivals = arrivals.add(Span(interval.seconds, tokens, interval.is_complete), length)
    answers = observation.answers
    starts = [pod.start_seconds for pod in answers if pod.start_seconds is not None]
    return WorkMemory(
        cost,
        arrivals,
        memory.patience,
        sum(pod.pass_tokens for pod in answers) / len(answers) if answers else memory.pass_tokens,
        sum(starts) / len(starts) if starts else memory.start_seconds,
        memory.risen_at,
    )


def find_capacity(memory: WorkMemory, cost: Cost) -> Capacity | None:
    """Return what an allocation can do, None while it is not known."""
    length = memory.cost.input_tokens
    if length is None or memory.pass_tokens is None:
        return None
    tokens = choose_full_pass(memory.pass_tokens, length)
    seconds, error = cost.estimate_seconds(tokens), cost.estimate_error(tokens)
    best = max(seconds - error, seconds / 2)
    return Capacity(tokens, tokens / seconds, tokens / best, tokens / (seconds + error))


def choose_rise(
    policy: Policy,
    memory: WorkMemory,
    observation: Observation,
    capacity: Capacity,
    seconds: float,
) -> tuple[int, ScalingReason]:
    """Return how many allocations are surely needed, and for what."""
    live = observation.live_target or 0
    length = memory.cost.input_tokens or 0.0
    planned = policy.tuning.target_utilization * capacity.best
    windows = list(memory.arrivals.windows_of_rise(length))
    above = [window for window in windows if is_above(window, planned * live)]
    sure = max((window.bound(-SIZE_ERRORS) for window in above), default=0.0)
    arriving = math.ceil(sure / planned)
    if observation.stuck:
        # More pods would have no place either: the backlog is not theirs to work off.
        return arriving, ScalingReason.MORE_WORK
    rate = _surely_arriving(windows, SIZE_ERRORS)
    backlog = project_backlog(memory, observation, capacity, rate, seconds)
    if backlog <= 0.0:
        return arriving, ScalingReason.MORE_WORK
    drained = rate + backlog / policy.tuning.drain_seconds
    waiting = math.ceil(drained / capacity.best)
    if waiting > arriving:
        return waiting, ScalingReason.BACKLOG
    return arriving, ScalingReason.MORE_WORK


def is_above(window: Window, rate: float) -> bool:
    """Whether more arrives than a rate, surely enough for the length of a window."""
    if window.seconds <= SHORT_SECONDS:
        return window.bound(-RISE_ERRORS) > SHORT_MARGIN * rate
    return window.bound(-LONG_RISE_ERRORS) > rate


def project_backlog(
    memory: WorkMemory,
    observation: Observation,
    capacity: Capacity,
    rate: float,
    seconds: float,
) -> float:
    """Return the tokens that will wait, beyond the usual, when a pod made now would serve."""
    start = memory.start_seconds or UNKNOWN_START_SECONDS
    usual = USUAL_PASSES * capacity.pass_tokens * observation.serving
    waiting = measure_waiting(memory, observation) - usual
    age = seconds - memory.risen_at if memory.risen_at is not None else start
    on_their_way = max(0.0, start - age) if observation.starting else 0.0
    serving, starting = observation.serving, observation.starting
    waiting += (rate - capacity.best * serving) * on_their_way
    waiting = max(0.0, waiting)
    return waiting + (rate - capacity.best * (serving + starting)) * (start - on_their_way)


def measure_waiting(memory: WorkMemory, observation: Observation) -> float:
    """Return the tokens that wait at pods and gateways."""
    held = observation.held.inputs * (memory.cost.input_tokens or 0.0)
    return held + sum(pod.work.tokens_waiting for pod in observation.answers)


def choose_fall(
    policy: Policy, memory: WorkMemory, observation: Observation, capacity: Capacity
) -> int:
    """Return how many allocations are surely enough."""
    length = memory.cost.input_tokens or 0.0
    windows = memory.arrivals.windows_of_fall(length)
    rate = min((window.bound(FALL_ERRORS) for window in windows), default=math.inf)
    if rate == math.inf:
        return observation.live_target or 0
    # A long window that began before a rise does not speak against it.
    rate = max(rate, _surely_arriving(memory.arrivals.windows_of_rise(length), RISE_ERRORS))
    enough = math.ceil(rate / (policy.tuning.target_utilization * capacity.worst))
    usual = USUAL_PASSES * capacity.pass_tokens * observation.serving
    backlog = measure_waiting(memory, observation) - usual
    if backlog > 0.0:
        drained = rate + backlog / policy.tuning.drain_seconds
        enough = max(enough, math.ceil(drained / capacity.worst))
    return max(1, enough)


def _be_patient_unmeasured(
    memory: WorkMemory, observation: Observation, interval: Interval, live: int, window: float
) -> Patience:
    """Return the patience where nothing was ever done: one is enough for no work at all."""
    is_quiet = not any(span.tokens for span in memory.arrivals.spans)
    if interval.is_complete and is_quiet and not measure_waiting(memory, observation):
        return memory.patience.wish(min(1, live), live, interval.seconds, window)
    return memory.patience.wait(interval.seconds)


def _with_patience(memory: WorkMemory, patience: Patience) -> WorkMemory:
    return WorkMemory(
        memory.cost,
        memory.arrivals,
        patience,
        memory.pass_tokens,
        memory.start_seconds,
        memory.risen_at,
    )


def _surely_arriving(windows: Iterable[Window], errors: float) -> float:
    """Return the rate that surely arrives, by whichever window shows most, a minute at most."""
    rates = (one.bound(-errors) for one in windows if one.seconds <= SHORT_SECONDS)
    return max(rates, default=0.0)


def _mean_rate(memory: WorkMemory) -> float:
    """Return what arrives, over a minute."""
    windows = memory.arrivals.windows_of_rise(0.0)
    rates = [one.bound(0.0) for one in windows if one.seconds <= SHORT_SECONDS]
    return rates[-1] if rates else 0.0


def _tell_numbers(
    policy: Policy,
    memory: WorkMemory,
    observation: Observation,
    cost: Cost,
    capacity: Capacity,
) -> Numbers:
    planned = policy.tuning.target_utilization * capacity.usual
    rate, live = _mean_rate(memory), observation.live_target or 0
    numbers = [
        ("arriving_tokens_per_second", rate),
        ("waiting_tokens", measure_waiting(memory, observation)),
        ("capacity_tokens_per_second", capacity.usual),
        ("seconds_per_pass", cost.seconds_per_pass),
        ("seconds_per_token", cost.seconds_per_token),
        ("rises_above_tokens_per_second", planned * live),
        ("falls_below_tokens_per_second", planned * max(0, live - 1)),
    ]
    if observation.serving:
        numbers.append(("utilization", rate / (capacity.usual * observation.serving)))
    if memory.start_seconds is not None:
        numbers.append(("start_seconds", memory.start_seconds))
    return tuple(numbers)


def _describe(
    policy: Policy,
    memory: WorkMemory,
    observation: Observation,
    capacity: Capacity,
    needed: int,
) -> str:
    planned = policy.tuning.target_utilization
    return (
        f"{_mean_rate(memory):,.0f} tokens/s arrive; one allocation does "
        f"{planned * capacity.usual:,.0f} at {planned:.0%}: {needed} needed, "
        f"{observation.serving} serving"
    )
