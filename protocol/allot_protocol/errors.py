"""A refused request in Elasticsearch's words, and the one table from its fault to a status."""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus


class ErrorType(StrEnum):
    """Elasticsearch's names of errors, as its clients read them from `error.type`."""

    VALIDATION = "action_request_validation_exception"
    PARSE = "x_content_parse_exception"
    ILLEGAL_ARGUMENT = "illegal_argument_exception"
    MEDIA_TYPE = "media_type_header_exception"
    SETTINGS = "validation_exception"
    WRONG_TASK = "status_exception"
    BAD_REQUEST = "bad_request"
    EXISTS = "resource_already_exists_exception"
    CONFLICT = "conflict"
    NO_HANDLER = "no_handler_found"
    WRONG_METHOD = "method_not_allowed"
    TOO_LARGE = "content_too_large"
    NOT_FOUND = "resource_not_found_exception"
    NOT_READY = "model_not_ready"
    NOT_DEPLOYED = "not_deployed"
    REJECTED = "es_rejected_execution_exception"
    TIMEOUT = "timeout"
    DEPLOYMENT_TIMEOUT = "model_deployment_timeout_exception"
    BAD_GATEWAY = "bad_gateway"
    FAILED = "inference_failed"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    START_FAILED = "start_failed"
    UNAVAILABLE = "unavailable"


# Where Elasticsearch has no name of its own for an error, the wire says status_exception.
_PLAIN = "status_exception"
_SECURITY = "security_exception"
_WIRE = {
    ErrorType.BAD_REQUEST: _PLAIN,
    ErrorType.CONFLICT: _PLAIN,
    ErrorType.START_FAILED: _PLAIN,
    ErrorType.UNAVAILABLE: _PLAIN,
    ErrorType.NO_HANDLER: "illegal_argument_exception",
    ErrorType.WRONG_METHOD: "illegal_argument_exception",
    ErrorType.TOO_LARGE: _PLAIN,
    ErrorType.NOT_READY: _PLAIN,
    ErrorType.NOT_DEPLOYED: _PLAIN,
    ErrorType.TIMEOUT: _PLAIN,
    ErrorType.BAD_GATEWAY: _PLAIN,
    ErrorType.FAILED: _PLAIN,
    ErrorType.UNAUTHENTICATED: _SECURITY,
    ErrorType.FORBIDDEN: _SECURITY,
}
_STATUS = {
    ErrorType.VALIDATION: HTTPStatus.BAD_REQUEST,
    ErrorType.PARSE: HTTPStatus.BAD_REQUEST,
    ErrorType.ILLEGAL_ARGUMENT: HTTPStatus.BAD_REQUEST,
    ErrorType.MEDIA_TYPE: HTTPStatus.NOT_ACCEPTABLE,
    ErrorType.SETTINGS: HTTPStatus.BAD_REQUEST,
    ErrorType.WRONG_TASK: HTTPStatus.BAD_REQUEST,
    ErrorType.BAD_REQUEST: HTTPStatus.BAD_REQUEST,
    ErrorType.EXISTS: HTTPStatus.BAD_REQUEST,
    ErrorType.CONFLICT: HTTPStatus.CONFLICT,
    ErrorType.NO_HANDLER: HTTPStatus.BAD_REQUEST,
    ErrorType.WRONG_METHOD: HTTPStatus.METHOD_NOT_ALLOWED,
    ErrorType.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ErrorType.NOT_FOUND: HTTPStatus.NOT_FOUND,
    ErrorType.NOT_READY: HTTPStatus.CONFLICT,
    ErrorType.NOT_DEPLOYED: HTTPStatus.CONFLICT,
    ErrorType.REJECTED: HTTPStatus.TOO_MANY_REQUESTS,
    ErrorType.TIMEOUT: HTTPStatus.REQUEST_TIMEOUT,
    ErrorType.DEPLOYMENT_TIMEOUT: HTTPStatus.REQUEST_TIMEOUT,
    ErrorType.BAD_GATEWAY: HTTPStatus.BAD_GATEWAY,
    ErrorType.FAILED: HTTPStatus.INTERNAL_SERVER_ERROR,
    ErrorType.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    ErrorType.FORBIDDEN: HTTPStatus.FORBIDDEN,
    ErrorType.START_FAILED: HTTPStatus.INTERNAL_SERVER_ERROR,
    ErrorType.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}


class RequestFault(Exception):
    """One request is refused; `retry_after_seconds` where it is worth coming back.

    `challenges` are the ways to sign in: one WWW-Authenticate header each, and in the body too, as
    Elasticsearch has them.
    """

    def __init__(
        self,
        kind: ErrorType,
        message: str,
        *,
        retry_after_seconds: int | None = None,
        challenges: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.retry_after_seconds = retry_after_seconds
        self.challenges = challenges

    @property
    def status(self) -> int:
        """Return the HTTP status."""
        return _STATUS[self.kind].value

    @property
    def wire_type(self) -> str:
        """Return the word in `error.type`."""
        return _WIRE.get(self.kind, self.kind.value)


def illegal(message: str) -> RequestFault:
    """Return the refusal of a parameter, or of something else that is not as it may be."""
    return RequestFault(ErrorType.ILLEGAL_ARGUMENT, message)


def invalid(problem: str, kind: ErrorType = ErrorType.VALIDATION) -> RequestFault:
    """Return the refusal of a request with one problem, in the form of Elasticsearch's lists."""
    return RequestFault(kind, f"Validation Failed: 1: {problem};")
