"""Elasticsearch's inference request: its fields, its rules and its words for what is wrong. Pure.

The rules are InferenceAction.Request's, in its order; each stops at the first problem.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from allot_api.terms import TaskType
from allot_protocol.durations import parse_duration_seconds
from allot_protocol.errors import ErrorType, RequestFault, illegal, invalid
from allot_protocol.limits import Limits
from allot_protocol.priority import Priority
from allot_protocol.request_body import Body, parse_body, shorten

DEFAULT_TIMEOUT_SECONDS = 30.0
NO_SETTINGS = Limits()


class InputType(StrEnum):
    """What an input is for; a model may want other words before each."""

    SEARCH = "search"
    INGEST = "ingest"
    CLASSIFICATION = "classification"
    CLUSTERING = "clustering"


@dataclass(frozen=True, slots=True)
class InferenceRequest:
    """A request that passed every rule."""

    task_type: TaskType
    inputs: tuple[str, ...]
    query: str | None
    input_type: InputType | None
    return_documents: bool
    top_n: int | None
    timeout_seconds: float

    @property
    def characters(self) -> int:
        """Return the length of all that is to be read."""
        return len(self.query or "") * len(self.inputs) + sum(map(len, self.inputs))

    @property
    def priority(self) -> Priority:
        """Return the class it waits in: rerank has someone waiting, as a search has."""
        urgent = self.input_type is InputType.SEARCH or self.task_type is TaskType.RERANK
        return Priority.SEARCH if urgent else Priority.INGEST


def parse_request(
    content: bytes,
    *,
    path_task: str | None,
    served: tuple[TaskType, ...],
    timeout: str | None,
    limits: Limits = NO_SETTINGS,
    returns_documents: bool = True,
) -> InferenceRequest:
    """Return what a client asks; raises RequestFault.

    `path_task` is the task type of the path, None where the path names none; `timeout` is the
    query parameter, which goes before the body's; `returns_documents` holds where the request
    does not say it.
    """
    task_type = choose_task(path_task, served)
    body = parse_body(content)
    inputs = _check_inputs(body)
    _check_limits(body, inputs, limits)
    input_type = _parse_input_type(body.input_type)
    _check_task_rules(body, task_type, path_named=path_task is not None)
    return InferenceRequest(
        task_type=task_type,
        inputs=inputs,
        query=body.query if task_type is TaskType.RERANK else None,
        input_type=input_type,
        return_documents=_choose_return_documents(body, returns_documents),
        top_n=body.top_n,
        timeout_seconds=_choose_timeout(timeout or body.timeout),
    )


def choose_task(path_task: str | None, served: tuple[TaskType, ...]) -> TaskType:
    """Return the task to do; raises RequestFault when the model does not do it."""
    if path_task is None:
        return served[0]
    named = path_task.lower()
    if named not in set(TaskType):
        known = ", ".join(TaskType)
        raise RequestFault(
            ErrorType.WRONG_TASK, f"Unknown task_type [{shorten(path_task)}]; known are [{known}]"
        )
    if named not in served:
        raise RequestFault(
            ErrorType.WRONG_TASK,
            f"Incompatible task_type, the requested type [{named}] does not match the model "
            f"type [{', '.join(served)}]",
        )
    return TaskType(named)


def _check_inputs(body: Body) -> tuple[str, ...]:
    if body.input is None:
        raise invalid("Field [input] cannot be null")
    if body.input == []:
        raise invalid("Field [input] cannot be an empty array")
    return (body.input,) if isinstance(body.input, str) else tuple(body.input)


def _check_limits(body: Body, inputs: tuple[str, ...], limits: Limits) -> None:
    if len(inputs) > limits.inputs:
        raise invalid(
            f"Field [input] has [{len(inputs)}] elements and must have at most max_inputs "
            f"[{limits.inputs}]: send several requests"
        )
    most = limits.input_characters
    for index, text in enumerate(inputs):
        if len(text) > most:
            field = "input" if isinstance(body.input, str) else f"input.{index}"
            raise _too_long(field, text, most)
    if body.query is not None and len(body.query) > most:
        raise _too_long("query", body.query, most)


def _too_long(field: str, text: str, most: int) -> RequestFault:
    return invalid(
        f"Field [{field}] has [{len(text)}] characters and must have at most "
        f"max_input_characters [{most}]: send it in parts"
    )


def _parse_input_type(name: str | None) -> InputType | None:
    if name is None:
        return None
    try:
        return InputType(name.lower())
    except ValueError:
        known = ", ".join(InputType)
        raise invalid(
            f"Field [input_type] is [{shorten(name)}] and must be one of [{known}]"
        ) from None


def _check_task_rules(body: Body, task: TaskType, *, path_named: bool) -> None:
    if task is TaskType.RERANK:
        _check_rerank(body)
    elif body.query is not None:
        raise invalid(f"Field [query] cannot be specified for task type [{task}]")
    elif path_named:
        for field in ("return_documents", "top_n"):
            if getattr(body, field) is not None:
                raise invalid(f"Field [{field}] cannot be specified for task type [{task}]")
    if path_named and body.input_type is not None and task is not TaskType.TEXT_EMBEDDING:
        raise invalid(f"Field [input_type] cannot be specified for task type [{task}]")


def _check_rerank(body: Body) -> None:
    if not body.query:
        raise invalid("Field [query] cannot be null or empty for task type [rerank]")
    if body.top_n is not None and body.top_n < 1:
        raise invalid(f"Field [top_n] is [{body.top_n}] and must be at least 1")


def _choose_return_documents(body: Body, default: bool) -> bool:
    """Elasticsearch's precedence: the request, its task_settings, the endpoint's, else true."""
    if body.return_documents is not None:
        return body.return_documents
    settings = body.task_settings
    if settings is not None and settings.return_documents is not None:
        return settings.return_documents
    return default


def _choose_timeout(text: str | None) -> float:
    if text is None:
        return DEFAULT_TIMEOUT_SECONDS
    seconds = parse_duration_seconds(text)
    if seconds is None or seconds <= 0:
        raise illegal(
            f"failed to parse setting [timeout] with value [{shorten(text)}] as a time value: "
            "write a number above zero with a unit, such as 30s or 500ms"
        )
    return seconds
