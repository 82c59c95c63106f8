"""What every measurement's command line has in common. Pure but for the printing of help."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

from bench.errors import BenchError
from bench.progress import say

EXIT_BROKEN, EXIT_INTERRUPTED = 1, 130


def build_parser(module: str, description: str) -> argparse.ArgumentParser:
    """Return a parser with the options that all have."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {module}",
        description=description,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--threads", type=whole(1), default=2, help="threads of every engine")
    parser.add_argument("--rounds", type=whole(1), default=5, help="turns of every engine")
    parser.add_argument("--seed", type=int, default=1, help="of texts and of the turns' order")
    parser.add_argument("--json", type=Path, help="write a document with all figures here")
    parser.add_argument("--plot", type=Path, help="draw the ratios here (.png, .svg or .pdf)")
    parser.add_argument(
        "--quiet-seconds",
        type=number(0),
        default=60.0,
        help="how long to wait before a round for a machine that others use",
    )
    return parser


def whole(least: int) -> Callable[[str], int]:
    """Return what reads a whole number that is not less than `least`."""

    def read(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f'"{text}": write a whole number from {least}')
        return int(text)

    return read


def number(least: float) -> Callable[[str], float]:
    """Return what reads a number that is not less than `least`."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not value >= least:
            raise argparse.ArgumentTypeError(f'"{text}": write a number from {least:g}')
        return value

    return read


def names(text: str) -> list[str]:
    """Return names that stand with commas between."""
    found = [name.strip() for name in text.split(",") if name.strip()]
    if not found:
        raise argparse.ArgumentTypeError(f'"{text}": write one name or more, with commas between')
    return found


def run(main: Callable[[Sequence[str]], None]) -> None:
    """Run a measurement as a program: faults become a sentence, a signal ends all processes."""
    signal.signal(signal.SIGTERM, _end)
    try:
        main(sys.argv[1:])
    except BenchError as error:
        say(f"error: {error}")
        sys.exit(EXIT_BROKEN)
    except KeyboardInterrupt:
        say("ended by the keyboard")
        sys.exit(EXIT_INTERRUPTED)


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)
