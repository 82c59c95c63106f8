from __future__ import annotations

from bench.captions import LINE_LETTERS, wrap_command


def test_a_long_command_is_cut_after_words_and_commas_and_loses_nothing() -> None:
    command = "python -m bench.scaling --trace " + ",".join(["a-load"] * 40) + " --seeds 10"

    lines = wrap_command(command).splitlines()

    assert len(lines) > 1
    assert max(map(len, lines)) <= LINE_LETTERS
    # No name is cut in two.
    assert all(line.endswith(("a-load,", "--trace", "--seeds")) for line in lines[:-1])
    assert "".join(lines).replace(" ", "") == command.replace(" ", "")


def test_a_short_command_stays_as_it_is() -> None:
    command = "python -m bench.sparse --seed 1,2"

    assert wrap_command(command) == command
