"""A decision on the number of allocations as it is kept, and the ring of the latest ones.

The operator keeps them in a ConfigMap that the ModelDeployment owns, one JSON object a line, the
oldest first; `allot explain` reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

DECISIONS_KEY = "decisions.jsonl"
# As many as a month of some twenty a day; a record takes about half a kilobyte.
KEPT_DECISIONS = 600
# Below the API server's bound of a ConfigMap, 1 MiB with all its metadata.
KEPT_BYTES = 800_000

Text = Annotated[str, Field(max_length=4096)]


class ScalingDecision(BaseModel):
    """One decision: from how many allocations to how many, why, and from which numbers.

    `previous` is None where there was no target before. `inputs` are numbers by name, each with
    its unit in the name, such as `arriving_tokens_per_second`.
    """

    model_config = ConfigDict(frozen=True, populate_by_name=True, extra="ignore")

    at: AwareDatetime
    previous: int | None = Field(None, alias="from")
    target: int = Field(alias="to")
    reason: Text
    message: Text
    policy: Text
    inputs: Mapping[str, float] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decisions:
    """Records, the oldest first, and how many lines were not understood."""

    records: tuple[ScalingDecision, ...] = ()
    misread: int = 0

    @property
    def latest(self) -> ScalingDecision | None:
        """Return the last decision."""
        return self.records[-1] if self.records else None


def parse_decisions(text: str) -> Decisions:
    """Return the records of a text; a line that is not understood is left out and counted."""
    records, misread = [], 0
    for line in text.splitlines():
        try:
            records.append(ScalingDecision.model_validate_json(line))
        except ValidationError:
            misread += 1
    return Decisions(tuple(records), misread)


def dump_decisions(records: Iterable[ScalingDecision]) -> str:
    """Return the records as text, one a line."""
    return "".join(f"{_dump(record)}\n" for record in records)


def keep_latest(
    records: Sequence[ScalingDecision], limit: int = KEPT_DECISIONS, size: int = KEPT_BYTES
) -> tuple[ScalingDecision, ...]:
    """Return the latest records: at most `limit`, and at most `size` bytes as text."""
    kept: list[ScalingDecision] = []
    for record in reversed(records[-limit:]):
        size -= len(_dump(record).encode()) + 1
        if size < 0:
            break
        kept.append(record)
    return tuple(reversed(kept))


def _dump(record: ScalingDecision) -> str:
    return record.model_dump_json(by_alias=True)
