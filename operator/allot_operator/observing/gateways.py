"""Where gateways are, and what they hold, as their Leases say.

Each gateway keeps a Lease in every namespace that it serves, with the label of its component, and
renews it as an elector would. An annotation tells what it holds for deployments that have no pod
yet: `{"my-deployment": 12}`, the ModelDeployment's name and a number of inputs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from allot_api.names import HELD_ANNOTATION
from allot_cluster.interface import Manifest
from allot_cluster.lease import Seen, Timing, is_held, observe
from allot_operator.scaling.observation import Held
from allot_operator.work.keys import Key

TIMING = Timing()
HELD = TypeAdapter(dict[str, Annotated[int, Field(strict=True, ge=0)]])


@dataclass(slots=True)
class Gateways:
    """The Leases as they were last read; times are monotonic, in seconds.

    A Lease that was first seen a moment ago counts until it has had the time to expire: so an
    operator that starts anew takes no gateway for gone.
    """

    is_known: bool = False
    _leases: dict[tuple[str, str], Seen] = field(default_factory=dict)
    _held: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    _told: frozenset[str] = frozenset()

    def look(self, leases: Iterable[Manifest], now: float) -> None:
        """Take in all Leases of gateways."""
        found = {_place(manifest): manifest for manifest in leases}
        self._leases = {
            place: observe(self._leases.get(place), manifest, now)
            for place, manifest in found.items()
        }
        # Once a look, not once for each deployment that asks.
        self._held = {place: read_held(manifest) for place, manifest in found.items()}
        self.is_known = True

    def namespaces(self, now: float) -> frozenset[str]:
        """Return where a gateway is."""
        return frozenset(
            namespace for (namespace, _), seen in self._leases.items() if is_held(seen, now, TIMING)
        )

    def find_changes(self, now: float) -> frozenset[str]:
        """Return where a gateway came, or the last one went, since this was last asked."""
        before, self._told = self._told, self.namespaces(now)
        return before ^ self._told

    def clear(self) -> None:
        """Forget all, such as when another replica has led."""
        self._leases, self._held = {}, {}
        self.is_known = False
        self._told = frozenset()

    def held_for(self, key: Key, now: float) -> Held:
        """Return what the gateways of a deployment's namespace hold for it."""
        living = [
            place
            for place, seen in self._leases.items()
            if place[0] == key.namespace and is_held(seen, now, TIMING)
        ]
        inputs = sum(self._held[place].get(key.name, 0) for place in living)
        return Held(inputs, is_gateway_there=bool(living))


def read_held(lease: Manifest) -> dict[str, int]:
    """Return the inputs that a gateway holds by ModelDeployment; what is not understood is none."""
    text = lease.get("metadata", {}).get("annotations", {}).get(HELD_ANNOTATION, "{}")
    try:
        return HELD.validate_json(text)
    except ValidationError:
        return {}


def _place(manifest: Manifest) -> tuple[str, str]:
    metadata = manifest["metadata"]
    return metadata["namespace"], metadata["name"]
