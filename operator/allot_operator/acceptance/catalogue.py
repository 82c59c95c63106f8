"""Finding the model that an id or alias stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from allot_api.conditions import AcceptedReason
from allot_api.trained_model import TrainedModelSpec
from allot_cluster.claims import choose_holder
from allot_cluster.declared import Model
from allot_cluster.subjects import Subject
from allot_operator.acceptance.verdict import Verdict

# A message that lists every model of a large catalogue is not read.
MAX_LISTED = 40


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The models that an object of one namespace may name: its own, then Allot's."""

    namespace: str
    own: tuple[Model, ...]
    shared_namespace: str
    shared: tuple[Model, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A model that may be used."""

    model_id: str
    spec: TrainedModelSpec


def find_model(catalogue: Catalogue, identifier: str) -> Found | Verdict:
    """Return the model of an id or alias, or why there is none.

    The namespace's own models come first. Within one namespace an id wins over an alias,
    and the oldest of several claimants has it.
    """
    holder = find_holder(catalogue.own, identifier) or find_holder(catalogue.shared, identifier)
    if holder is None:
        return Verdict(AcceptedReason.MODEL_NOT_FOUND, _describe_missing(catalogue, identifier))
    if holder.spec is None:
        return Verdict(
            AcceptedReason.MODEL_NOT_ACCEPTED,
            f"model_id is {identifier}, and {holder.subject} is not accepted: {holder.violation}",
        )
    return Found(holder.model_id, holder.spec)


def find_holder(models: Sequence[Model], identifier: str) -> Model | None:
    """Return who has an id among the models of one namespace."""
    by_id = choose_holder(model for model in models if model.model_id == identifier)
    return by_id or choose_holder(model for model in models if identifier in model.aliases)


def find_older_model(catalogue: Catalogue, identifier: str, subject: Subject) -> Model | None:
    """Return the model whose model_id an object claims that was made after it, or None.

    An object that was there first keeps its id, whatever models come.
    """
    models = (*catalogue.own, *catalogue.shared)
    claimants = (one for one in models if one.model_id == identifier)
    holder = choose_holder(claimants)
    return holder if holder and holder.subject.created < subject.created else None


def _describe_missing(catalogue: Catalogue, identifier: str) -> str:
    places = [(catalogue.namespace, catalogue.own)]
    if catalogue.shared_namespace != catalogue.namespace:
        places.append((catalogue.shared_namespace, catalogue.shared))
    listed = "; ".join(f"in {namespace}: {_list_ids(models)}" for namespace, models in places)
    return f"no TrainedModel has the model_id or alias {identifier}; there are, {listed}"


def _list_ids(models: Sequence[Model]) -> str:
    names = sorted({name for model in models for name in (model.model_id, *model.aliases)})
    if len(names) > MAX_LISTED:
        names = [*names[:MAX_LISTED], f"and {len(names) - MAX_LISTED} more"]
    return ", ".join(names) or "none"
