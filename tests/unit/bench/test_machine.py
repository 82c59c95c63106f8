from __future__ import annotations

from bench.machine import describe_machine, find_line

CPU = "processor\t: 0\nmodel name\t: A Processor: fast\nflags\t\t: avx2 fpu\n"


def test_a_line_is_found_by_its_whole_name() -> None:
    assert find_line(CPU, "model name") == "A Processor: fast"
    assert find_line(CPU, "model") is None


def test_the_environment_has_what_figures_depend_on() -> None:
    found = describe_machine(2, ["bench.runtime", "--against", "a b"])

    assert found["command"] == "python -m bench.runtime --against 'a b'"
    assert found["threads"] == 2
    assert {"cpu", "cpu_flags", "cores", "versions", "commit", "busy_before"} <= found.keys()
