from __future__ import annotations

import pytest

from allot_runtime.models.interface import Output, TokenSequence
from allot_runtime.models.pacing import Pace, PacedModel, keep_pace
from tests.fakes.echo_model import an_open_model

PACE = Pace(seconds_per_pass=0.5, seconds_per_token=0.125)


class Moments:
    """A clock that moves by sleeping, and by what a pass within takes."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def read(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class SlowModel:
    """Takes a second for each pass."""

    dimensions = 2

    def __init__(self, moments: Moments) -> None:
        self.tokenize = an_open_model().tokenize
        self._moments = moments

    def compute(self, batch: list[TokenSequence]) -> list[Output]:
        self._moments.now += 1.0
        return an_open_model().compute(batch)


@pytest.mark.parametrize(
    ("texts", "waits"),
    [
        (["a", "b c"], []),  # 0.5 + 3 x 0.125 s, less than the second that it took
        (["a b c d e f g h"], [0.5]),  # 0.5 + 8 x 0.125 s
    ],
)
def test_a_pass_takes_what_is_declared_or_what_it_takes(
    texts: list[str], waits: list[float]
) -> None:
    moments = Moments()
    paced = PacedModel(SlowModel(moments), PACE, moments.read, moments.sleep)
    paced.compute([paced.tokenize(text) for text in texts])
    assert moments.slept == pytest.approx(waits)


def test_answers_are_those_of_the_model_within() -> None:
    model = an_open_model()
    paced = PacedModel(model, PACE, Moments().read, sleep=lambda _: None)
    batch = [paced.tokenize("a bc"), paced.tokenize("d")]
    answers = [output.values.tolist() for output in paced.compute(batch)]
    assert answers == [output.values.tolist() for output in model.compute(batch)]
    assert paced.dimensions == model.dimensions


def test_without_a_pace_the_model_is_left_alone() -> None:
    model = an_open_model()
    assert keep_pace(model, Pace()) is model
    assert isinstance(keep_pace(model, PACE), PacedModel)
