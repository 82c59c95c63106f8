"""What the gateway costs and how it chooses: `python -m bench.gateway --help`.

Three measurements, each beside another way to the pods, turn by turn: what it adds to a request's
time in an open loop, before a pod that answers at once; how many requests a CPU-second of it
does when it is saturated; and how long requests take before four pods of a real one's pace, by
its choice and by chance.
"""

from __future__ import annotations

import contextlib
import socket
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench import options
from bench.errors import BrokenRun
from bench.folders import cache_folder
from bench.gateway.cluster import AUTHORIZATION
from bench.gateway.open_load import Order as OpenOrder
from bench.gateway.proxies import PROXIES, Proxy
from bench.gateway.turns import build_bodies, run_closed, run_open
from bench.load import Order as ClosedOrder
from bench.machine import describe_machine, wait_until_quiet
from bench.models import prepare_model, read_token_ends
from bench.processes import Group, find_free_port, running
from bench.progress import say
from bench.publishing import check_targets, publish
from bench.report import Report
from bench.rounds import plan_turns
from bench.workloads import Traffic, build_workload

OURS, DIRECT, CHANCE = "allot", "direct", "random-choice"
PATH = "/_inference/text_embedding/benchmarked"
HOST = "127.0.0.1"
READY_SECONDS = 30.0
TEXTS = 2_000
PODS = 4
# A pod of a base model on one slow thread: so few requests a second that neither the gateway nor
# the pods' processes are what is waited for.
PASS_SECONDS, TOKEN_SECONDS = 0.015, 0.0006
CONNECTIONS = 32
# Open connections of the routing turns: more than ever wait.
MANY_CONNECTIONS = 1_024
MOST_REQUESTS = 1_000_000
DRAIN_SECONDS = 20.0
SETTINGS = ("rate", "load", "rounds", "seconds", "warm_seconds", "seed")


@dataclass(frozen=True, slots=True)
class Scene:
    """What is measured with: the texts, and what was asked for on the command line."""

    bodies: list[str]
    kinds: list[str]
    mean_tokens: float
    given: Namespace

    def open(
        self, ports: list[int], rate: float, connections: int, *, is_random: bool
    ) -> OpenOrder:
        """Return an open loop's order."""
        return OpenOrder(
            ports=ports,
            path=PATH,
            bodies=self.bodies,
            kinds=self.kinds,
            rate=rate,
            connections=connections,
            warm_seconds=self.given.warm_seconds,
            seconds=self.given.seconds,
            seed=self.given.seed,
            is_random=is_random,
            authorization=AUTHORIZATION,
        )

    def closed(self, port: int, pid: int) -> ClosedOrder:
        """Return a closed loop's order."""
        return ClosedOrder(
            port=port,
            path=PATH,
            bodies=self.bodies,
            kinds=self.kinds,
            tokens=[0] * len(self.bodies),
            clients=CONNECTIONS,
            warm_seconds=self.given.warm_seconds,
            seconds=self.given.seconds,
            most_requests=MOST_REQUESTS,
            drain_seconds=DRAIN_SECONDS,
            server_pid=pid,
            authorization=AUTHORIZATION,
        )


def parse(argv: Sequence[str]) -> Namespace:
    """Return the options."""
    parser = options.build_parser("bench.gateway", "What the gateway costs, and how it chooses.")
    parser.add_argument("--rate", type=options.number(1), default=500.0, help="of the open loop")
    parser.add_argument(
        "--load", type=options.number(0.01), default=0.8, help="share of what the paced pods can do"
    )
    parser.add_argument("--seconds", type=options.number(0.1), default=10.0, help="of a turn")
    parser.add_argument("--warm-seconds", type=options.number(0), default=2.0, help="before it")
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> None:
    """Measure, and write the table."""
    given = parse(argv)
    check_targets(given)
    environment = describe_machine(1, ["bench.gateway", *argv])
    scene = build_scene(given)
    rounds: list[dict[str, dict[str, float]]] = []
    busy: list[float] = []
    left_out = {name: why for name, why in find_missing(PROXIES).items()}
    for index in range(1, given.rounds + 1):
        busy.append(wait_until_quiet(given.quiet_seconds))
        found: dict[str, dict[str, float]] = {}
        for measure in (measure_added, measure_saturated, measure_routing):
            for name, figures in measure(scene, index).items():
                found.setdefault(name, {}).update(figures)
        rounds.append(found)
        say(f"round {index} of {given.rounds}")
    publish(
        Report(
            benchmark="gateway",
            ours=OURS,
            settings={name: getattr(given, name) for name in SETTINGS},
            environment=environment,
            rounds=rounds,
            left_out=left_out,
            busy_before_rounds=busy,
            notes=("added_milliseconds",),
        ),
        given,
    )


def build_scene(given: Namespace) -> Scene:
    """Return the texts of a mix of queries and passages."""
    ends = read_token_ends(prepare_model("minilm"))
    texts = build_workload(Traffic.MIX, TEXTS, given.seed, ends)
    bodies, kinds = build_bodies([(text.kind.value, text.text) for text in texts])
    # As the paced pods count them.
    tokens = [2 + len(text.text) // 4 for text in texts]
    return Scene(bodies, kinds, sum(tokens) / len(tokens), given)


def measure_added(scene: Scene, index: int) -> dict[str, dict[str, float]]:
    """Return the latencies of an open loop, straight to a pod and through the gateway."""
    found: dict[str, dict[str, float]] = {}
    with stub_pods(1) as pods, gateway(pods) as (_, port):
        ways = {DIRECT: pods, OURS: [port]}
        for name in plan_turns(list(ways), index, scene.given.seed)[-1]:
            order = scene.open(ways[name], scene.given.rate, CONNECTIONS, is_random=False)
            figures = run_open(order)
            found[name] = {
                "open_p50_latency": figures["all_p50"],
                "open_p99_latency": figures["all_p99"],
            }
    added = found[OURS]["open_p50_latency"] - found[DIRECT]["open_p50_latency"]
    found[OURS]["added_milliseconds"] = added
    return found


def measure_saturated(scene: Scene, index: int) -> dict[str, dict[str, float]]:
    """Return what a CPU-second does, of the gateway and of each proxy that is here."""
    found: dict[str, dict[str, float]] = {}
    starters: dict[str, Callable[[list[int]], contextlib.AbstractContextManager[tuple[Group, int]]]]
    starters = {OURS: gateway}
    for proxy in PROXIES:
        if proxy.find() is not None:
            starters[proxy.name] = proxy_starter(proxy)
    for name in plan_turns(list(starters), index, scene.given.seed)[-1]:
        with stub_pods(1) as pods, starters[name](pods) as (group, port):
            found[name] = run_closed(scene.closed(port, group.process.pid))
    return found


def measure_routing(scene: Scene, index: int) -> dict[str, dict[str, float]]:
    """Return latencies before paced pods: by the gateway's choice, and by chance."""
    found: dict[str, dict[str, float]] = {}
    # A full pass of the runtime's budget says what a pod does at most.
    tokens_per_second = 384 / (PASS_SECONDS + 384 * TOKEN_SECONDS)
    rate = scene.given.load * PODS * tokens_per_second / scene.mean_tokens
    pace = (str(PASS_SECONDS), str(TOKEN_SECONDS))
    for name in plan_turns([OURS, CHANCE], index, scene.given.seed)[-1]:
        with stub_pods(PODS, *pace) as pods, contextlib.ExitStack() as stack:
            ports = pods if name == CHANCE else [stack.enter_context(gateway(pods))[1]]
            figures = run_open(scene.open(ports, rate, MANY_CONNECTIONS, is_random=True))
            found[name] = {
                f"{kind}_{share}_latency": figures[f"{kind}_{share}"]
                for kind in ("query", "passage")
                for share in ("p50", "p99")
            } | {"routed_p99_latency": figures["all_p99"]}
    return found


@contextlib.contextmanager
def stub_pods(count: int, *pace: str) -> Iterator[list[int]]:
    """Give the ports of pods without a model."""
    with contextlib.ExitStack() as stack:
        ports = []
        for _ in range(count):
            port = find_free_port()
            argv = ["-m", "bench.gateway.stub_pod", str(port), *pace]
            stack.enter_context(started("stub-pod", argv, port))
            ports.append(port)
        yield ports


@contextlib.contextmanager
def gateway(pods: list[int]) -> Iterator[tuple[Group, int]]:
    """Give the gateway before some pods, and its port."""
    port = find_free_port()
    argv = ["-m", "bench.gateway.process", str(port), *map(str, pods)]
    with started("gateway", argv, port) as group:
        yield group, port


def proxy_starter(
    proxy: Proxy,
) -> Callable[[list[int]], contextlib.AbstractContextManager[tuple[Group, int]]]:
    """Return what starts another proxy before a pod."""

    @contextlib.contextmanager
    def start(pods: list[int]) -> Iterator[tuple[Group, int]]:
        port = find_free_port()
        folder = cache_folder("gateway")
        with started(proxy.name, proxy.write_command(port, pods[0], folder), port) as group:
            yield group, port

    return start


@contextlib.contextmanager
def started(name: str, argv: Sequence[str], port: int) -> Iterator[Group]:
    """Give a process that accepts connections; one that starts with an option is Python's."""
    program = [sys.executable] if argv[0].startswith("-") else []
    log = cache_folder("logs") / f"{name}.log"
    with running([*program, *argv], {}, log) as group:
        deadline = time.monotonic() + READY_SECONDS
        while True:
            with contextlib.suppress(OSError), socket.create_connection((HOST, port), 1):
                break
            if group.process.poll() is not None or time.monotonic() > deadline:
                raise BrokenRun(f"{name} does not serve: {group.tell_end()}")
            time.sleep(0.05)
        yield group


def find_missing(proxies: Sequence[Proxy]) -> Mapping[str, str]:
    """Return why proxies that are not here have no figures."""
    return {proxy.name: "there is no such program here" for proxy in proxies if not proxy.find()}


if __name__ == "__main__":
    options.run(main)
