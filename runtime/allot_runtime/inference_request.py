"""Elasticsearch's inference request: its fields, its rules and its words for what is wrong. Pure.

The rules are InferenceAction.Request's, in its order; each stops at the first problem.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

import orjson
from pydantic import BaseModel, ConfigDict, StrictBool, StrictInt, StrictStr, ValidationError
from pydantic_core import ErrorDetails

from allot_api.terms import TaskType
from allot_runtime.durations import parse_duration_seconds
from allot_runtime.errors import ErrorType, RequestFault
from allot_runtime.waiting import Priority

DEFAULT_TIMEOUT_SECONDS = 30.0


class InputType(StrEnum):
    """What an input is for; a model may want other words before each."""

    SEARCH = "search"
    INGEST = "ingest"
    CLASSIFICATION = "classification"
    CLUSTERING = "clustering"


class _TaskSettings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    return_documents: StrictBool | None = None


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    input: StrictStr | list[StrictStr] | None = None
    query: StrictStr | None = None
    input_type: StrictStr | None = None
    task_settings: _TaskSettings | None = None
    return_documents: StrictBool | None = None
    top_n: StrictInt | None = None
    timeout: StrictStr | None = None


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
) -> InferenceRequest:
    """Return what a client asks; raises RequestFault.

    `path_task` is the task type of the path, None where the path names none; `timeout` is the
    query parameter, which goes before the body's.
    """
    task_type = choose_task(path_task, served)
    body = _parse_body(content)
    inputs = _check_inputs(body)
    input_type = _parse_input_type(body.input_type)
    _check_task_rules(body, task_type, path_named=path_task is not None)
    return InferenceRequest(
        task_type=task_type,
        inputs=inputs,
        query=body.query if task_type is TaskType.RERANK else None,
        input_type=input_type,
        return_documents=_choose_return_documents(body),
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
            ErrorType.WRONG_TASK, f"Unknown task_type [{path_task}]; known are [{known}]"
        )
    if named not in served:
        raise RequestFault(
            ErrorType.WRONG_TASK,
            f"Incompatible task_type, the requested type [{named}] does not match the model "
            f"type [{', '.join(served)}]",
        )
    return TaskType(named)


def _parse_body(content: bytes) -> _Body:
    if not content.strip():
        raise RequestFault(ErrorType.PARSE, "request body is required")
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise RequestFault(ErrorType.PARSE, f"the body is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise RequestFault(ErrorType.PARSE, "the body must be a JSON object")
    try:
        return _Body.model_validate(document)
    except ValidationError as error:
        raise RequestFault(ErrorType.PARSE, _describe(_choose_error(error.errors()))) from error


def _choose_error(errors: list[ErrorDetails]) -> ErrorDetails:
    """Return the first field's most exact error: of a union, the branch that went deepest."""
    return max(
        (error for error in errors if error["loc"][0] == errors[0]["loc"][0]),
        key=lambda error: len(error["loc"]),
    )


def _describe(error: ErrorDetails) -> str:
    """Put pydantic's first error in a sentence that names the field and what it may be."""
    places = [str(part) for part in error["loc"] if part not in ("str", "list[str]")]
    field = ".".join(places)
    if error["type"] == "extra_forbidden":
        return f"[inference] unknown field [{field}]"
    shown = json.dumps(error["input"], ensure_ascii=False)[:80]
    wanted = {
        "input": "a string or an array of strings",
        "top_n": "a whole number",
        "return_documents": "true or false",
        "task_settings": "an object",
    }.get(places[-1] if not places[-1].isdigit() else places[0], "a string")
    return f"[inference] field [{field}] is [{shown}] and must be {wanted}"


def _check_inputs(body: _Body) -> tuple[str, ...]:
    if body.input is None:
        raise _invalid("Field [input] cannot be null")
    if body.input == []:
        raise _invalid("Field [input] cannot be an empty array")
    return (body.input,) if isinstance(body.input, str) else tuple(body.input)


def _parse_input_type(name: str | None) -> InputType | None:
    if name is None:
        return None
    try:
        return InputType(name.lower())
    except ValueError:
        known = ", ".join(InputType)
        raise _invalid(f"Field [input_type] is [{name}] and must be one of [{known}]") from None


def _check_task_rules(body: _Body, task: TaskType, *, path_named: bool) -> None:
    if task is TaskType.RERANK:
        _check_rerank(body)
    elif body.query is not None:
        raise _invalid(f"Field [query] cannot be specified for task type [{task}]")
    elif path_named:
        for field in ("return_documents", "top_n"):
            if getattr(body, field) is not None:
                raise _invalid(f"Field [{field}] cannot be specified for task type [{task}]")
    if path_named and body.input_type is not None and task is not TaskType.TEXT_EMBEDDING:
        raise _invalid(f"Field [input_type] cannot be specified for task type [{task}]")


def _check_rerank(body: _Body) -> None:
    if not body.query:
        raise _invalid("Field [query] cannot be null or empty for task type [rerank]")
    if body.top_n is not None and body.top_n < 1:
        raise _invalid(f"Field [top_n] is [{body.top_n}] and must be at least 1")


def _choose_return_documents(body: _Body) -> bool:
    """Elasticsearch's precedence: the request, its task_settings, else true."""
    if body.return_documents is not None:
        return body.return_documents
    settings = body.task_settings
    if settings is not None and settings.return_documents is not None:
        return settings.return_documents
    return True


def _choose_timeout(text: str | None) -> float:
    if text is None:
        return DEFAULT_TIMEOUT_SECONDS
    seconds = parse_duration_seconds(text)
    if seconds is None or seconds <= 0:
        raise RequestFault(
            ErrorType.ILLEGAL_ARGUMENT,
            f"failed to parse setting [timeout] with value [{text}] as a time value: write a "
            "number above zero with a unit, such as 30s or 500ms",
        )
    return seconds


def _invalid(problem: str) -> RequestFault:
    return RequestFault(ErrorType.VALIDATION, f"Validation Failed: 1: {problem};")
