"""docs/conditions.md: every condition and reason, as the code declares them."""

from __future__ import annotations

from collections.abc import Iterator

from allot_api.condition_types import ConditionType, Reason, Status
from allot_api.reasons import REASONS

OPENING = """\
<!-- Written by `make generate` from api/allot_api/reasons.py; never edit it here. -->

# Conditions

What `kubectl get`, `kubectl describe` and `kubectl wait` show of an InferenceEndpoint and a
ModelDeployment. A TrainedModel has `Accepted` and `Reconciling`. An endpoint repeats those of the
ModelDeployment that serves it; only `Accepted`, and what follows from it, is its own.

Each condition carries the `observedGeneration` that it speaks of. The same reason and message stand
in the condition, in the Event and in the operator's log. A reason that comes and goes is told once
in some minutes; its Event then counts how often.

To read the list: `kubectl describe ie NAME`, or

```
kubectl get ie NAME -o jsonpath='{range .status.conditions[*]}{.type}={.status} {.reason}: \
{.message}{"\\n"}{end}'
```
"""
# What a block says beside its table.
NOTES = {
    ConditionType.READY: "Where another condition keeps it False, Ready carries that one's reason "
    "and message, so that the REASON column names the cause: such as `ModelNotFound`, `NotFound` "
    "or `RolloutInProgress`. While a rollout cannot become ready, that is the reason of the pod, "
    "the container or the source that is in the way, and the old pods go on serving.",
    ConditionType.UP_TO_DATE: "It is False as long as a pod of an older generation is there, "
    "whether or not that pod is ready. Pods that differ by the version of Allot alone are of the "
    "same generation.",
    ConditionType.STALLED: "`Stalled` and `Reconciling` are what Flux, Argo CD and `kubectl wait` "
    "understand: of Ready, Stalled and Reconciling exactly one is True.",
}
ORDER = (Status.TRUE, Status.FALSE, Status.UNKNOWN)


def build_conditions_page() -> str:
    """Return the text of the page."""
    return "\n".join([OPENING, *(_render_block(kind) for kind in ConditionType)])


def _render_block(kind: ConditionType) -> str:
    reasons = REASONS[kind]
    _, _, meaning = (reasons.__doc__ or "").partition(": ")
    lines = [f"## {kind}", "", _capitalized(meaning), ""]
    if kind in NOTES:
        lines += [NOTES[kind], ""]
    return "\n".join([*lines, "| status | reason | when |", "|---|---|---|", *_rows(reasons), ""])


def _rows(reasons: type[Reason]) -> Iterator[str]:
    for status in ORDER:
        for reason in reasons:
            if reason.status is status:
                yield f"| {status} | `{reason}` | {reason.sentence} |"


def _capitalized(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
