"""Recorded arrivals: from a CSV to a load. Pure but for `read_file`."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from bench.errors import BrokenRun
from bench.scaling.load import Counts, Load, Numbers, cut, split

TIME_COLUMNS = ("seconds", "second", "timestamp", "time", "arrival", "arrivaltime", "arrivedat")
TOKEN_COLUMNS = (
    "tokens", "inputtokens", "contexttokens", "prompttokens", "promptlen", "inputlength",
)  # fmt: skip
# A recorded arrival has no true rate: the mean of a minute around a moment stands for it.
SMOOTH_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Record:
    """Arrivals in seconds from the first, in order, and the tokens of each."""

    times: Numbers
    tokens: Counts


def read_file(file: Path) -> Record:
    """Return what a CSV holds; raises BrokenRun."""
    try:
        with file.open(newline="") as lines:
            return parse_record(lines, str(file))
    except OSError as error:
        raise BrokenRun(f"{file} cannot be read: {error.strerror}") from error


def parse_record(lines: Iterable[str], name: str) -> Record:
    """Return what the lines of a CSV hold; raises BrokenRun that says what is wrong with them."""
    rows = csv.DictReader(lines)
    found = list(rows.fieldnames or ())
    time = find_column(found, TIME_COLUMNS, f"{name}: no column of seconds or timestamps")
    size = find_column(found, TOKEN_COLUMNS, f"{name}: no column of input tokens")
    times, tokens = [], []
    for row in rows:
        times.append(_read_time(row[time], f"{name}, line {rows.line_num}, {time}"))
        tokens.append(_read_tokens(row[size], f"{name}, line {rows.line_num}, {size}"))
    if not times:
        raise BrokenRun(f"{name}: no line below the names of the columns")
    order = np.argsort(times, kind="stable")
    sorted_times = np.array(times)[order]
    return Record(sorted_times - sorted_times[0], np.array(tokens)[order])


def find_column(found: Sequence[str], known: Sequence[str], complaint: str) -> str:
    """Return the column that has one of the known names; raises BrokenRun naming those found."""
    plain = {re.sub(r"[^a-z]", "", column.lower()): column for column in found}
    for name in known:
        if name in plain:
            return plain[name]
    columns = ", ".join(found) or "none"
    raise BrokenRun(f"{complaint} ({', '.join(known)}); the columns are {columns}")


def _read_time(text: str | None, where: str) -> float:
    try:
        return float(text or "")
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text or "").timestamp()
    except ValueError:
        raise BrokenRun(f'{where}: "{text}" is neither seconds nor a timestamp') from None


def _read_tokens(text: str | None, where: str) -> int:
    try:
        tokens = round(float(text or ""))
    except ValueError:
        tokens = 0
    if tokens < 1:
        raise BrokenRun(f'{where}: "{text}" is no number of tokens')
    return tokens


@dataclass(frozen=True, slots=True)
class Replay:
    """How a record is played: so many times as fast, so many times one after another.

    Longer inputs than `longest` are cut, or split into chunks that arrive together.
    """

    faster: float = 1.0
    times: int = 1
    longest: int = 512
    is_split: bool = False


def play(record: Record, name: str, replay: Replay, period: float) -> Load:
    """Return the load; `period` is what one playing takes, in recorded seconds."""
    once = record.times / replay.faster
    period = period / replay.faster
    times = np.concatenate([once + index * period for index in range(replay.times)])
    tokens = np.tile(record.tokens, replay.times)
    seconds = float(np.ceil(replay.times * period))
    load = Load(name, seconds, times, tokens, np.zeros(0))
    load = split(load, replay.longest) if replay.is_split else cut(load, replay.longest)
    intensity = smooth(load.times, load.tokens, int(seconds))
    return Load(name, seconds, load.times, load.tokens, intensity)


def smooth(times: Numbers, tokens: Counts, seconds: int) -> Numbers:
    """Return the rate of tokens around each second."""
    each = np.bincount(times.astype(int), weights=tokens, minlength=seconds)[:seconds]
    window = np.ones(min(SMOOTH_SECONDS, seconds))
    return np.convolve(each, window, "same") / np.convolve(np.ones(seconds), window, "same")
