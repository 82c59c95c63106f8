"""What a watch does after each way to end, and what a new list means."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_cluster.errors import (
    ClusterError,
    Expired,
    Forbidden,
    Invalid,
    NotFound,
    Unavailable,
)
from allot_cluster.interface import Change, ChangeType, Manifest
from allot_cluster.watch_steps import Known, Next, Step, parse_event, plan_next_step

BUSY = Unavailable("busy", retry_after=timedelta(seconds=9))
FOREVER = Unavailable("busy", retry_after=timedelta(days=1))


@pytest.mark.parametrize(
    ("error", "synced", "failures", "step"),
    [
        (None, True, 0, Step(Next.RESUME)),
        (None, True, 1, Step(Next.RESUME, 0.5)),
        (Unavailable("cut"), True, 1, Step(Next.RESUME, 0.5)),
        (Unavailable("cut"), False, 3, Step(Next.RESUME, 2)),
        (BUSY, True, 1, Step(Next.RESUME, 9)),
        (FOREVER, True, 1, Step(Next.RESUME, 30)),
        (Expired("old"), True, 1, Step(Next.RELIST)),
        (Expired("old"), True, 2, Step(Next.RELIST, 1)),
        (Forbidden("no"), False, 1, Step(Next.RAISE)),
        (NotFound("kind"), False, 1, Step(Next.RAISE)),
        (Invalid("selector"), False, 1, Step(Next.RAISE)),
        (Forbidden("starting"), True, 1, Step(Next.RELIST, 0.5)),
        (NotFound("starting"), True, 4, Step(Next.RELIST, 4)),
    ],
)
def test_each_end_has_its_next_step(
    error: ClusterError | None, synced: bool, failures: int, step: Step
) -> None:
    assert plan_next_step(error, synced=synced, failures=failures, draw=1.0) == step


def an_item(name: str, version: str = "1", uid: str = "") -> Manifest:
    metadata = {
        "name": name,
        "namespace": "ns",
        "uid": uid or f"uid-{name}",
        "resourceVersion": version,
        "managedFields": [{"manager": "m"}],
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"large": "x"}}


def a_line(kind: str, item: Any) -> bytes:
    return json.dumps({"type": kind, "object": item}).encode() + b"\n"


def test_a_line_is_a_change_and_its_version() -> None:
    event = parse_event(a_line("MODIFIED", an_item("a", "7")))

    assert event.version == "7"
    assert event.change == Change(ChangeType.MODIFIED, an_item("a", "7"))


def test_a_bookmark_is_a_version_alone() -> None:
    event = parse_event(a_line("BOOKMARK", {"metadata": {"resourceVersion": "9"}}))

    assert (event.version, event.change) == ("9", None)


def test_an_error_line_raises_what_its_status_says() -> None:
    with pytest.raises(Expired, match="too old resource version"):
        parse_event(a_line("ERROR", {"code": 410, "message": "too old resource version"}))


def test_a_line_that_is_cut_counts_as_a_cut() -> None:
    with pytest.raises(Unavailable, match="cut inside a line"):
        parse_event(a_line("ADDED", an_item("a"))[:-20])


def described(known: Known, *items: Manifest) -> list[tuple[str, str]]:
    return [
        (change.type.value, change.object["metadata"]["name"])
        for change in known.differences(items)
    ]


def test_a_new_list_is_reported_as_differences() -> None:
    known = Known()
    first = described(known, an_item("kept"), an_item("changed"), an_item("gone"))
    known.note(Change(ChangeType.ADDED, an_item("came")))
    known.note(Change(ChangeType.DELETED, an_item("kept")))

    second = described(known, an_item("changed", "2"), an_item("came"), an_item("new"))

    assert first == [("ADDED", "kept"), ("ADDED", "changed"), ("ADDED", "gone")]
    assert second == [("DELETED", "gone"), ("MODIFIED", "changed"), ("ADDED", "new")]


def test_an_object_made_anew_under_the_same_name_is_deleted_and_added() -> None:
    known = Known()
    described(known, an_item("a"))

    assert described(known, an_item("a", "5", uid="other")) == [("DELETED", "a"), ("ADDED", "a")]


def test_what_vanished_is_reported_by_its_metadata() -> None:
    known = Known()
    described(known, an_item("a"))

    [deleted] = known.differences([])

    assert deleted.object["metadata"]["uid"] == "uid-a"
    assert deleted.object["kind"] == "Pod"
    assert "managedFields" not in deleted.object["metadata"]


ITEMS = st.dictionaries(
    st.sampled_from("abcde"), st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=5
)


@given(lists=st.lists(ITEMS, min_size=1, max_size=6))
def test_following_the_differences_gives_the_list(lists: list[dict[str, tuple[int, int]]]) -> None:
    known = Known()
    mirror: dict[str, tuple[str, str]] = {}
    for listed in lists:
        items = [an_item(name, str(v), uid=str(u)) for name, (v, u) in listed.items()]
        for change in known.differences(items):
            metadata = change.object["metadata"]
            if change.type is ChangeType.DELETED:
                del mirror[metadata["name"]]
            else:
                mirror[metadata["name"]] = (metadata["resourceVersion"], metadata["uid"])

        assert mirror == {name: (str(v), str(u)) for name, (v, u) in listed.items()}
