"""Whether somebody may do something, by Kubernetes' RBAC; answers are kept for seconds."""

from __future__ import annotations

from collections.abc import Callable

from allot_cluster.errors import ClusterError
from allot_cluster.interface import Cluster
from allot_cluster.reviews import Attempt, Identity, review_access
from allot_gateway.access.actions import Action, Verb
from allot_gateway.access.answers import Answers, Crowded, NotAnswered, Terms
from allot_gateway.access.faults import cannot_ask, not_allowed

ACCESS_TERMS = Terms(good_seconds=20, bad_seconds=5)

_Asked = tuple[Identity, Attempt]


class Permissions:
    """Asks what each identity may do, each question once at a time."""

    def __init__(self, cluster: Cluster, *, now: Callable[[], float]) -> None:
        self._cluster = cluster
        self._answers: Answers[_Asked, bool] = Answers(
            self._review, bool, ACCESS_TERMS, now=now, away=ClusterError
        )

    async def check(self, identity: Identity, action: Action) -> float:
        """Return until when it is allowed, by the clock of `now`; raises RequestFault if not."""
        attempt = build_attempt(action)
        try:
            kept = await self._answers.get((identity, attempt), (identity, attempt))
        except NotAnswered as error:
            what = f"whether user [{identity.user}] may do this"
            raise cannot_ask(what, f"the API server is away ({error})") from error
        except Crowded:
            what = f"whether user [{identity.user}] may do this"
            raise cannot_ask(what, "many others are being checked") from None
        if not kept.answer:
            raise not_allowed(identity.user, action)
        return kept.until

    async def close(self) -> None:
        """End the questions that are under way."""
        await self._answers.close()

    async def _review(self, asked: _Asked) -> bool:
        identity, attempt = asked
        return await review_access(self._cluster, identity, attempt)


def build_attempt(action: Action) -> Attempt:
    """Return what RBAC is asked.

    Of a create without the name, as the API server itself asks: a role that names objects lets
    nobody create one.
    """
    name = None if action.verb in (Verb.CREATE, Verb.LIST) else action.name
    return Attempt(action.verb.value, action.group, action.resource, action.namespace, name)
