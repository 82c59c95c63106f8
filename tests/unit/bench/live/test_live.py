"""What a live run counts, without a cluster."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from allot_api.rules import validate_endpoint, validate_model
from allot_cluster.interface import ChangeType
from bench.live.comparing import (
    build_setup,
    count_allocation_seconds,
    find_moves,
    measure_start,
    predict,
    tell,
)
from bench.live.drawing import draw_stories
from bench.live.loads import INPUT_TOKENS, SHAPES, draw_load, write_text
from bench.live.scene import build_endpoint, build_model
from bench.live.traffic import Look, Router, Sent
from bench.scaling_live import PACE, describe_pace, parse

LOOKS = [Look(0.0, 1, 1, 0), Look(1.0, 3, 1, 9), Look(2.0, 3, 2, 9), Look(4.0, 3, 3, 1)]


def a_pod(name: str, *, is_ready: bool = True, **metadata: Any) -> dict[str, Any]:
    ready = {"type": "Ready", "status": str(is_ready)}
    return {
        "metadata": {"name": name, **metadata},
        "status": {"podIP": f"ip-{name}", "conditions": [ready]},
    }


@pytest.mark.parametrize("name", SHAPES)
def test_a_load_has_the_rate_of_its_shape(name: str) -> None:
    load = draw_load(name, tokens_per_second=1e5, seed=1)

    assert load.seconds == sum(seconds for seconds, _ in SHAPES[name])
    assert sorted(load.times) == list(load.times)
    assert load.times[-1] < load.seconds
    first, share = SHAPES[name][0]
    arrived = (load.times < first).sum() * INPUT_TOKENS
    assert arrived == pytest.approx(first * share * 1e5, rel=0.05)


def test_the_same_seed_draws_the_same_load() -> None:
    one, other = (draw_load("step", 200.0, seed=3) for _ in range(2))
    assert one.times.tolist() == other.times.tolist()
    assert draw_load("step", 200.0, seed=4).times.tolist() != one.times.tolist()


def test_a_text_has_a_word_for_each_token_but_the_special_ones() -> None:
    assert len(write_text(INPUT_TOKENS).split()) == INPUT_TOKENS - 2


def test_a_router_sends_to_the_ready_pod_with_the_fewest_tokens_out() -> None:
    router = Router()
    assert router.choose() is None
    for pod in (a_pod("a"), a_pod("b"), a_pod("c", is_ready=False)):
        router.note(ChangeType.ADDED, pod)
    router.outstanding["a"] = 7

    assert router.choose() == "b"
    router.note(ChangeType.MODIFIED, a_pod("b", deletionTimestamp="now"))
    assert router.choose() == "a"
    router.note(ChangeType.DELETED, a_pod("a"))
    assert router.choose() is None


def test_answers_are_counted_by_their_kind() -> None:
    sent = Sent(looks=LOOKS)
    for status in (200, 429, 408, 500):
        sent.take(status, 0.5)
    story = tell(sent)

    assert (sent.latencies, story.refused, story.late, story.failed) == ([0.5], 1, 1, 1)
    assert (story.highest_target, story.moves) == (3, ((0.0, 1), (1.0, 3)))


def test_allocations_count_from_being_asked_for_until_they_are_gone() -> None:
    # 1 for a second, then 3 for three, although fewer serve.
    assert count_allocation_seconds(Sent(looks=LOOKS)) == 10.0
    leaving = [Look(0.0, 1, 2, 0), Look(2.0, 1, 1, 0)]
    assert count_allocation_seconds(Sent(looks=leaving)) == 4.0


def test_a_start_lasts_until_as_many_serve_as_were_asked_for() -> None:
    assert measure_start(Sent(looks=LOOKS)) == 3.0
    assert measure_start(Sent(looks=LOOKS[:3])) is None


def test_moves_are_the_first_target_and_its_changes() -> None:
    assert find_moves([(0.0, 1), (1.0, 1), (2.0, 2), (3.0, 1)]) == ((0.0, 1), (2.0, 2), (3.0, 1))


def test_a_prediction_follows_the_step_and_is_drawn(tmp_path: Path) -> None:
    setup = build_setup(PACE, maximum=6, start_seconds=8.0, seed=1)
    load = draw_load("step", setup.service.tokens_per_second, seed=1)

    simulation, story = predict(setup, load)

    assert 3 <= story.highest_target <= 6
    assert story.p50_latency_s >= PACE.seconds(INPUT_TOKENS)
    assert story.failed == 0
    file = tmp_path / "live.svg"
    draw_stories({"step": load}, {"step": Sent(looks=LOOKS)}, {"step": simulation}, file, "how")
    assert "<svg" in file.read_text()


def test_what_is_applied_obeys_the_rules() -> None:
    endpoint, model = build_endpoint(6, describe_pace(PACE)), build_model()

    assert validate_endpoint(endpoint["spec"], name="live") == []
    assert validate_model(model["spec"], name=model["metadata"]["name"]) == []


def test_a_pace_is_told_in_the_runtimes_words() -> None:
    assert describe_pace(replace(PACE, pass_seconds=0.2, token_seconds=0.005)) == {
        "ALLOT_PACE_SECONDS_PER_PASS": "0.2",
        "ALLOT_PACE_SECONDS_PER_TOKEN": "0.005",
    }


def test_a_load_that_is_not_known_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--loads", "flood"])

    assert "write some of step, spike" in capsys.readouterr().err
