from __future__ import annotations

from allot_api.fields import Count, Shape
from allot_api.rules.rule import Candidate, Rule, Scope, Term, quote


class Spec(Shape):
    """A spec with one number."""

    count: Count = 0


RULE: Rule[Spec] = Rule(
    name="count_below_ten",
    path="count",
    cel="self.count < 10",
    holds=lambda it: it.spec.count < 10,
    message="count is {count}, 100% too much: write less than {count}",
    terms={"count": Term("self.count", lambda it: it.spec.count)},
)
GROWS: Rule[Spec] = Rule(
    name="count_shrinks",
    path="count",
    cel="self.spec.count >= oldSelf.spec.count",
    holds=lambda it: it.old is not None and it.spec.count >= it.old.spec.count,
    message="count must not shrink",
    scope=Scope.OBJECT,
    is_transition=True,
)


def test_the_same_sentence_in_cel_and_in_python() -> None:
    candidate = Candidate("x", Spec(count=12))

    assert not RULE.is_obeyed(candidate)
    assert RULE.render(candidate) == "count is 12, 100% too much: write less than 12"
    assert RULE.as_validation() == {
        "rule": "self.count < 10",
        "messageExpression": '"count is %s, 100%% too much: write less than %s"'
        ".format([self.count, self.count])",
        "fieldPath": ".count",
        "reason": "FieldValueInvalid",
    }


def test_a_transition_is_asked_only_where_something_is_replaced() -> None:
    first = Candidate("x", Spec(count=5))

    assert GROWS.is_obeyed(first)
    assert not GROWS.is_obeyed(Candidate("x", Spec(count=4), old=first))


def test_a_rule_of_the_object_points_into_the_spec() -> None:
    assert GROWS.as_validation()["fieldPath"] == ".spec.count"
    assert GROWS.as_validation()["message"] == "count must not shrink"


def test_a_literal_keeps_quotes_and_backslashes() -> None:
    assert quote('a "b" \\.') == '"a \\"b\\" \\\\."'
