"""Adaptive allocations on a real cluster, and as simulated. `python -m bench.scaling_live`.

The pods are paced: each computes real answers, and then waits until its pass has taken what is
declared. So several saturate by what two cores give easily. With `--unpaced` they take what they
take, all on the same cores: that is told as what it is.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench import options
from bench.live.comparing import Story, build_setup, measure_start, predict, tell
from bench.live.drawing import draw_stories
from bench.live.loads import SHAPES, draw_load
from bench.live.scene import a_scene
from bench.live.traffic import Sent, send_load
from bench.machine import describe_machine
from bench.progress import say
from bench.scaling.service import Cost

# One allocation does some 180 tokens a second: 384 in 2.12 s.
PACE = Cost(pass_seconds=0.2, token_seconds=0.005, noise=0.01)
# About what one thread of two shared cores computes of MiniLM.
UNPACED = Cost()
USUAL_START_SECONDS = 10.0
COLUMNS = ("p50_latency_s", "p99_latency_s", "late", "refused", "failed", "allocation_seconds",
           "highest_target")  # fmt: skip


def parse(argv: Sequence[str]) -> Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.scaling_live",
        description="Adaptive allocations on a local cluster beside the simulator's prediction.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--loads", type=options.names, default=[*SHAPES], help="one after another")
    parser.add_argument("--maximum", type=options.whole(1), default=6, help="allocations")
    parser.add_argument("--seed", type=int, default=1, help="of the arrivals")
    parser.add_argument("--unpaced", action="store_true", help="pods take what they take")
    parser.add_argument("--json", type=Path, help="write a document with all figures here")
    parser.add_argument("--plot", type=Path, help="draw what happened here (.png, .svg or .pdf)")
    given = parser.parse_args(argv)
    if unknown := [name for name in given.loads if name not in SHAPES]:
        parser.error(f"--loads {unknown[0]}: write some of {', '.join(SHAPES)}")
    return given


def main(argv: Sequence[str]) -> None:
    """Run the loads, and write the table."""
    given = parse(argv)
    cost = UNPACED if given.unpaced else PACE
    environment = {} if given.unpaced else describe_pace(cost)
    setup = build_setup(cost, given.maximum, USUAL_START_SECONDS, given.seed)
    rate = setup.service.tokens_per_second
    loads = {name: draw_load(name, rate, given.seed) for name in given.loads}
    sent: dict[str, Sent] = {}
    for name, load in loads.items():
        with a_scene(given.maximum, environment) as scene:
            say(f"{name}: {load.seconds:.0f} s, {len(load.times)} inputs")
            sent[name] = asyncio.run(send_load(scene, load))
    stories: dict[str, dict[str, Story]] = {}
    simulations = {}
    for name, load in loads.items():
        start = measure_start(sent[name]) or USUAL_START_SECONDS
        own = build_setup(cost, given.maximum, start, given.seed)
        simulations[name], predicted = predict(own, load)
        stories[name] = {"happened": tell(sent[name]), "simulated": predicted}
        say(f"{name}: a pod served {start:.1f} s after it was asked for, in the median")
    command = " ".join(["python -m bench.scaling_live", *argv])
    print_table(stories)
    if given.json:
        document = {
            "command": command,
            "environment": describe_machine(1, ["bench.scaling_live", *argv]),
            "pace": None if given.unpaced else asdict(cost),
            "loads": {name: {who: asdict(one) for who, one in pair.items()}
                      for name, pair in stories.items()},
        }  # fmt: skip
        given.json.write_text(json.dumps(document, indent=1) + "\n")
    if given.plot:
        draw_stories(loads, sent, simulations, given.plot, command)


def describe_pace(cost: Cost) -> dict[str, str]:
    """Return the variables that pace a pod."""
    return {
        "ALLOT_PACE_SECONDS_PER_PASS": f"{cost.pass_seconds:g}",
        "ALLOT_PACE_SECONDS_PER_TOKEN": f"{cost.token_seconds:g}",
    }


def print_table(stories: dict[str, dict[str, Story]]) -> None:
    """Write a line for each load, happened and simulated, tab-separated, and its moves."""
    write_row(("load", "which", *COLUMNS, "target"))
    for load, pair in stories.items():
        for which, story in pair.items():
            figures = asdict(story)
            moves = " ".join(f"{second:.0f}s:{target}" for second, target in story.moves)
            cells = (f"{figures[name]:.2f}".rstrip("0").rstrip(".") for name in COLUMNS)
            write_row((load, which, *cells, moves))


def write_row(cells: Sequence[str]) -> None:
    """Write a line of the table."""
    sys.stdout.write("\t".join(cells) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    options.run(main)
