"""ModelAvailable, and the model's state in words, from what the pods say and how they end."""

from __future__ import annotations

from allot_api.condition_lookup import find_reason
from allot_api.conditions import (
    ConditionType,
    Finding,
    ModelAvailableReason,
    Status,
)
from allot_api.deployment_stats import ServedModel
from allot_api.terms import ModelState
from allot_operator.facts.pods import Trouble
from allot_operator.facts.reports import Report
from allot_operator.judging.deployment_facts import DeploymentFacts
from allot_operator.judging.download_words import describe_download, describe_percent
from allot_operator.judging.pod_troubles import describe_trouble

# What is wrong with a model, the least mendable first: with several pods the worst is told.
FAILURES = (
    ModelAvailableReason.CHECKSUM_MISMATCH,
    ModelAvailableReason.WRONG_ARCHITECTURE,
    ModelAvailableReason.INVALID_SOURCE,
    ModelAvailableReason.REVISION_NOT_PINNED,
    ModelAvailableReason.UNSAFE_FORMAT,
    ModelAvailableReason.NOT_FOUND,
    ModelAvailableReason.UNAUTHORIZED,
    ModelAvailableReason.OUT_OF_MEMORY,
    ModelAvailableReason.NO_SPACE,
    ModelAvailableReason.UNREACHABLE,
)
# How far a pod is, the farthest first: with several pods the best is told.
PROGRESS = {
    ModelState.WARMING_UP: ModelAvailableReason.WARMING_UP,
    ModelState.LOADING: ModelAvailableReason.LOADING,
    ModelState.FETCHING: ModelAvailableReason.FETCHING,
}
# What may be told again while a running pod is silent: all but that it is there, or that nothing
# is known.
KEPT_WHILE_SILENT = frozenset({*FAILURES, *PROGRESS.values()})
# A pod that fetches carries a reason while its source does not answer.
REASONED = frozenset({ModelState.FAILED, ModelState.FETCHING})
WAITING_STATE, READY_STATE = "Waiting", "Ready"

Told = tuple[ModelAvailableReason, str]


def judge_model_available(facts: DeploymentFacts) -> Finding:
    """Return whether a pod has the model and proved it, or how far the pods are."""
    pods = facts.model_pods
    if not pods and not facts.verdict.is_accepted:
        return _finding(ModelAvailableReason.NOT_ACCEPTED, "the deployment is not accepted")
    if _is_available(facts):
        return _finding(ModelAvailableReason.AVAILABLE, f"{_model_id(facts)} answered in a pod")
    told = _find_failure(facts) or _find_progress(facts) or _find_recorded(facts)
    if told is not None:
        return _finding(*told)
    if pods:
        return _finding(ModelAvailableReason.NOT_REPORTED, f"{len(pods)} pods are starting")
    return _finding(ModelAvailableReason.NO_PODS, "no pod has started yet")


def describe_model(facts: DeploymentFacts, finding: Finding) -> ServedModel | None:
    """Return the model as status shows it; what no pod says stays as it was recorded."""
    if facts.found is None and not facts.pods:
        return None
    recorded = facts.deployment.status.model
    model_id = _model_id(facts)
    known = recorded if recorded and recorded.model_id == model_id else None
    reports = [report for _, report in facts.reports_of(facts.model_pods)]
    report = next((one for one in reports if one.digest), None)
    return ServedModel(
        model_id=model_id,
        source=(report and report.source) or (facts.found and facts.found.spec.source.uri) or None,
        digest=report.digest if report else (known.digest if known else None),
        size_bytes=report.size_bytes if report else (known.size_bytes if known else None),
        dimensions=report.dimensions if report else (known.dimensions if known else None),
        state=_describe_state(finding, reports),
    )


def _is_available(facts: DeploymentFacts) -> bool:
    # A pod is ready only after a forward pass, so its readiness tells it too where the
    # operator cannot reach the pods.
    if any(pod.is_ready for pod in facts.model_pods):
        return True
    reports = facts.reports_of(facts.model_pods)
    return any(report.state is ModelState.READY for _, report in reports)


def _find_failure(facts: DeploymentFacts) -> Told | None:
    told: dict[ModelAvailableReason, str] = {}
    for pod in facts.model_pods:
        if pod.last_words is not None:
            told.setdefault(pod.last_words.reason, pod.last_words.message)
        if pod.trouble is Trouble.OUT_OF_MEMORY:
            told.setdefault(ModelAvailableReason.OUT_OF_MEMORY, describe_trouble(pod))
    for _, report in facts.reports_of(facts.model_pods):
        reason = find_reason(ModelAvailableReason, report.reason)
        if reason is not None and report.state in REASONED:
            told.setdefault(reason, report.message)
    return next(((reason, told[reason]) for reason in FAILURES if reason in told), None)


def _find_progress(facts: DeploymentFacts) -> Told | None:
    reports = [report for _, report in facts.reports_of(facts.model_pods)]
    for state, reason in PROGRESS.items():
        there = [one for one in reports if one.state is state]
        if there:
            report = max(there, key=lambda one: one.bytes_done)
            is_fetching = state is ModelState.FETCHING
            return reason, report.message or (describe_download(report) if is_fetching else "")
    return None


def _find_recorded(facts: DeploymentFacts) -> Told | None:
    """Return what status says already, if a pod runs and is silent: silence changes nothing."""
    recorded = facts.recorded(ConditionType.MODEL_AVAILABLE)
    reason = find_reason(ModelAvailableReason, recorded.reason) if recorded else None
    if recorded is None or reason not in KEPT_WHILE_SILENT:
        return None
    is_silent = any(
        pod.is_running and not isinstance(facts.reading_of(pod), Report) for pod in facts.model_pods
    )
    return (reason, recorded.message) if is_silent and reason else None


def _describe_state(finding: Finding, reports: list[Report]) -> str:
    match finding.reason:
        case ModelAvailableReason.AVAILABLE:
            return READY_STATE
        case ModelAvailableReason.FETCHING:
            return describe_percent(reports)
        case ModelAvailableReason.LOADING:
            return "Loading"
        case ModelAvailableReason.WARMING_UP:
            return "Warming up"
        case reason if reason in FAILURES:
            return str(reason.value)
        case _:
            return WAITING_STATE


def _model_id(facts: DeploymentFacts) -> str:
    if facts.found is not None:
        return facts.found.model_id
    settings = facts.deployment.settings
    return settings.model_id if settings else facts.deployment.deployment_id


def _finding(reason: ModelAvailableReason, message: str) -> Finding:
    match reason:
        case ModelAvailableReason.AVAILABLE:
            status = Status.TRUE
        case ModelAvailableReason.NO_PODS | ModelAvailableReason.NOT_REPORTED:
            status = Status.UNKNOWN
        case _:
            status = Status.FALSE
    return Finding(ConditionType.MODEL_AVAILABLE, status, reason, message)
