"""Where a load comes from: a made shape, a CSV, or the recorded hour that is fetched once."""

from __future__ import annotations

import hashlib
import os
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.errors import BrokenRun, NotMeasured
from bench.folders import cache_folder
from bench.progress import say
from bench.scaling.load import Load
from bench.scaling.recorded import Replay, play, read_file
from bench.scaling.traces import LONG_SHAPES, SHAPES, draw

# "Azure LLM inference trace 2023", code: CC-BY 4.0, Patel et al., "Splitwise", ISCA 2024.
PUBLIC_HOME = (
    "https://raw.githubusercontent.com/Azure/AzurePublicDataset/"
    "b469a113cedca53ddc3bdea71a143dc4b7d8700c/data/AzureLLMInferenceTrace_code.csv"
)
CHECKSUM = "54e9a6d2a4bd06ba1e060304b900abbc74cbea53de96506e60fe5bb4f2277fb6"
FOLDER_VARIABLE = "ALLOT_TRACES"
FETCH_SECONDS = 30.0
HOUR = 3600.0
RECORDED: Mapping[str, Replay] = {
    "real-hour": Replay(),
    "real-hour-x10": Replay(faster=10.0),
    "real-day": Replay(times=24),
}


@dataclass(frozen=True, slots=True)
class Source:
    """A trace by its name; `file` and `replay` where it is a recorded one."""

    name: str
    file: Path | None = None
    replay: Replay = field(default_factory=Replay)
    period: float | None = None

    def draw(self, seed: int) -> Load:
        """Return the load; a recorded one is the same for every seed."""
        if self.file is None:
            return draw({**SHAPES, **LONG_SHAPES}[self.name](), seed)
        record = read_file(self.file)
        period = self.period or float(record.times[-1]) + 1.0
        return play(record, self.name, self.replay, period)


def list_traces() -> list[str]:
    """Return the traces that `all` stands for."""
    return [*SHAPES, *RECORDED]


def find_source(name: str, folder: Path | None, is_split: bool) -> Source:
    """Return the trace of a name or of a file; raises NotMeasured, BrokenRun."""
    if name in SHAPES or name in LONG_SHAPES:
        return Source(name)
    if name in RECORDED:
        replay = replace(RECORDED[name], is_split=is_split)
        return Source(name, find_recording(folder), replay, HOUR)
    if Path(name).suffix == ".csv":
        return Source(Path(name).stem, Path(name).absolute(), Replay(is_split=is_split))
    known = ", ".join([*list_traces(), *LONG_SHAPES, "all"])
    raise BrokenRun(f'--trace {name}: write one of {known}, or a file that ends in ".csv"')


def find_recording(folder: Path | None) -> Path:
    """Return the file of the recorded hour: in a folder, in the cache, or fetched into it.

    Raises NotMeasured where there is none.
    """
    named = folder or (Path(os.environ[FOLDER_VARIABLE]) if FOLDER_VARIABLE in os.environ else None)
    if named is not None:
        for file in sorted(named.glob("*.csv")):
            if has_checksum(file.read_bytes()):
                return file
        raise NotMeasured(f"{named} has no file of the recorded hour (sha256 {CHECKSUM[:12]}...)")
    kept = cache_folder("traces") / f"{CHECKSUM[:12]}.csv"
    if not kept.exists():
        kept.write_bytes(fetch_recording())
    return kept


def fetch_recording() -> bytes:
    """Return the recorded hour from its public home; raises NotMeasured."""
    say(f"fetching the recorded hour from {PUBLIC_HOME} ...")
    try:
        with urllib.request.urlopen(PUBLIC_HOME, timeout=FETCH_SECONDS) as answer:
            content: bytes = answer.read()
    except OSError as error:
        raise NotMeasured(
            f"the recorded hour is not there: name its folder with --traces or ${FOLDER_VARIABLE};"
            f" it cannot be fetched: {error}"
        ) from error
    if not has_checksum(content):
        raise NotMeasured(f"{PUBLIC_HOME} has another checksum than {CHECKSUM}")
    return content


def has_checksum(content: bytes) -> bool:
    """Whether these are the recorded hour's bytes."""
    return hashlib.sha256(content).hexdigest() == CHECKSUM
