from __future__ import annotations

from allot_api.fields import Shape
from allot_api.rules.immutability import immutable_rule
from allot_api.rules.rule import Candidate, Rule


class Spec(Shape):
    """A spec with two texts."""

    color: str = "red"
    shape: str = "round"


def a_rule() -> Rule[Spec]:
    return immutable_rule(
        "color",
        lambda root: f"{root}.color",
        lambda it: it.spec.color,
        because="paint does not come off",
        instead="buy a new one",
        unless=('{root}.shape == "cube"', lambda it: it.spec.shape == "cube"),
    )


def replacing(new: Spec, old: Spec) -> Candidate[Spec]:
    return Candidate("x", new, old=Candidate("x", old))


def test_refuses_a_change_and_says_what_to_do_instead() -> None:
    change = replacing(Spec(color="blue"), Spec())

    assert not a_rule().is_obeyed(change)
    assert a_rule().render(change) == (
        "color was red and cannot become blue: paint does not come off: write color as it was, "
        "or buy a new one"
    )


def test_admits_a_new_object_and_one_that_keeps_it() -> None:
    assert a_rule().is_obeyed(Candidate("x", Spec(color="blue")))
    assert a_rule().is_obeyed(replacing(Spec(shape="flat"), Spec()))


def test_the_exempt_case_counts_before_and_after() -> None:
    assert a_rule().is_obeyed(replacing(Spec(color="blue", shape="cube"), Spec()))
    assert a_rule().is_obeyed(replacing(Spec(color="blue"), Spec(shape="cube")))
    assert a_rule().cel == (
        'self.shape == "cube" || oldSelf.shape == "cube" || self.color == oldSelf.color'
    )
