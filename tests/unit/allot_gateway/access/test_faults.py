from __future__ import annotations

from allot_gateway.access.actions import Action, Verb
from allot_gateway.access.faults import (
    CHALLENGES,
    cannot_ask,
    malformed_credentials,
    missing_credentials,
    not_allowed,
    too_many,
    too_often,
    wrong_credentials,
)
from allot_protocol.responses import describe_fault


def test_who_is_not_known_is_told_how_to_sign_in() -> None:
    for fault in (missing_credentials(), malformed_credentials("why"), wrong_credentials()):
        body = describe_fault(fault)

        assert (fault.status, body["status"]) == (401, 401)
        assert body["error"]["type"] == "security_exception"
        assert body["error"]["header"] == {"WWW-Authenticate": list(CHALLENGES)}
        assert body["error"]["root_cause"][0]["header"] == body["error"]["header"]


def test_who_may_not_is_told_which_privilege_is_missing() -> None:
    fault = not_allowed("bob", Action(Verb.INFER, "shop", "my-e5"))

    assert describe_fault(fault) == {
        "error": {
            "root_cause": [{"type": "security_exception", "reason": fault.message}],
            "type": "security_exception",
            "reason": "action [infer] is unauthorized for user [bob] on inferenceendpoints "
            "[shop/my-e5], this action is granted by the RBAC verb [infer] on the resource "
            "[inferenceendpoints.inference.allot.dev] in namespace [shop]",
        },
        "status": 403,
    }


def test_all_of_a_namespace_is_named_so() -> None:
    assert "inferenceendpoints [shop]," in not_allowed("bob", Action(Verb.LIST, "shop")).message


def test_later_is_told_with_a_time() -> None:
    away, often, many = cannot_ask("the token", "away"), too_often("bob", 7), too_many(9)

    assert (away.status, away.wire_type) == (503, "status_exception")
    assert away.retry_after_seconds
    assert (often.status, often.retry_after_seconds) == (429, 7)
    assert (many.status, many.wire_type) == (429, "es_rejected_execution_exception")
