"""The models that a namespace can name, and a row for each deployment of each. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from allot_cluster.claims import choose_holder
from allot_cluster.declared import Deployment, Model
from allot_gateway.catalogue import find_model
from allot_gateway.view.state import View


@dataclass(frozen=True, slots=True)
class Row:
    """One deployment of a model, or a model that is not deployed.

    `model` is None where the TrainedModel is gone and its pods serve on.
    """

    model_id: str
    model: Model | None
    deployment: Deployment | None

    @property
    def names(self) -> tuple[str, ...]:
        """Return the ids by which the row can be asked for."""
        aliases = self.model.aliases if self.model else ()
        own = (self.deployment.deployment_id,) if self.deployment else ()
        return (self.model_id, *aliases, *own)


def list_models(view: View, namespace: str, shared: str) -> list[Model]:
    """Return the models by id; the namespace's own hide shared ones of the same id."""
    visible: dict[str, Model] = {}
    for place in dict.fromkeys((shared, namespace)):
        models = [one for one in view.list_models((place,)) if one.spec is not None]
        for model_id in {one.model_id for one in models}:
            holder = choose_holder(one for one in models if one.model_id == model_id)
            if holder is not None:
                visible[model_id] = holder
    return [visible[model_id] for model_id in sorted(visible)]


def list_rows(view: View, namespace: str, shared: str) -> list[Row]:
    """Return the rows by model_id, then by deployment_id."""
    rows = [
        _row(view, (namespace, shared), deployment)
        for deployment in view.list_deployments(namespace)
        if deployment.settings is not None or deployment.stats is not None
    ]
    deployed = {row.model_id for row in rows}
    idle = [
        Row(model.model_id, model, None)
        for model in list_models(view, namespace, shared)
        if model.model_id not in deployed
    ]
    return sorted(
        [*rows, *idle],
        key=lambda row: (row.model_id, row.deployment.deployment_id if row.deployment else ""),
    )


def _row(view: View, places: tuple[str, str], deployment: Deployment) -> Row:
    settings, stats = deployment.settings, deployment.stats
    written = settings.model_id if settings else ""
    model = find_model(view, places, written)
    spelled = model.model_id if model else stats.model_id if stats else written
    return Row(spelled, model, deployment)
