"""Finding a TrainedModel by its id or an alias, by the operator's rule. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from allot_cluster.claims import choose_holder
from allot_cluster.declared import Model
from allot_gateway.view.state import View

# A message that lists every model of a large catalogue is not read.
MAX_LISTED = 40


def find_model(view: View, namespaces: Sequence[str], identifier: str) -> Model | None:
    """Return the model; those of the first namespace go first, and an id before an alias."""
    for namespace in dict.fromkeys(namespaces):
        models = view.list_models((namespace,))
        by_id = choose_holder(one for one in models if one.model_id == identifier)
        found = by_id or choose_holder(one for one in models if identifier in one.aliases)
        if found is not None:
            return found
    return None


def list_ids(view: View, namespaces: Sequence[str]) -> str:
    """Return the ids and aliases that exist, as a sentence lists them."""
    models = view.list_models(dict.fromkeys(namespaces))
    names = sorted({name for model in models for name in (model.model_id, *model.aliases)})
    if len(names) > MAX_LISTED:
        names = [*names[:MAX_LISTED], f"and {len(names) - MAX_LISTED} more"]
    return ", ".join(names)
