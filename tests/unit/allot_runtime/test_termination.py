from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from allot_runtime.termination import (
    MAX_BYTES,
    build_termination_message,
    write_termination_message,
)


@given(st.text(max_size=6000))
def test_the_last_words_are_json_that_a_kubelet_keeps_whole(message: str) -> None:
    text = build_termination_message("WrongArchitecture", message)

    assert len(text.encode("utf-8", "surrogatepass")) <= MAX_BYTES
    assert json.loads(text)["reason"] == "WrongArchitecture"


def test_a_short_message_is_told_as_it_is(tmp_path: Path) -> None:
    write_termination_message(tmp_path / "log", "WrongArchitecture", "no head: Ü")

    assert json.loads((tmp_path / "log").read_text()) == {
        "reason": "WrongArchitecture",
        "message": "no head: Ü",
    }


def test_where_nothing_can_be_written_nothing_is(tmp_path: Path) -> None:
    write_termination_message(tmp_path / "no" / "folder", "WrongArchitecture", "no head")

    assert list(tmp_path.iterdir()) == []
