"""Everything that the status of a ModelDeployment is computed from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from allot_api.condition_lookup import find_condition
from allot_api.conditions import Condition, ConditionType
from allot_cluster.declared import Deployment
from allot_operator.acceptance.catalogue import Found
from allot_operator.acceptance.verdict import Verdict
from allot_operator.facts.pods import Pod
from allot_operator.facts.reports import NotKnown, Reading, Report
from allot_operator.facts.workloads import Workload
from allot_operator.planning.upgrades import Upgrade
from allot_operator.scaling.reasons import ScalingReason

NOT_ASKED = NotKnown("the pod was not asked")


@dataclass(frozen=True, slots=True)
class DeploymentFacts:
    """A ModelDeployment after its plan was applied.

    `settings` and `model` are the hashes that pods of this generation carry. `readings` are
    by the pods' uid. `refusal` is the API server's sentence where it refused what was applied.
    `upgrade` says what became of a change that only another version of Allot makes.
    `scaling_reason` is that of the last decision on the target, and `is_gateway_there` whether
    one could start the deployment from zero; None where it is not known yet.
    """

    deployment: Deployment
    verdict: Verdict
    found: Found | None = None
    settings: str = ""
    model: str = ""
    workload: Workload | None = None
    target: int = 0
    pods: tuple[Pod, ...] = ()
    readings: Mapping[str, Reading] = field(default_factory=dict)
    refusal: str = ""
    upgrade: Upgrade = Upgrade.DONE
    scaling_reason: ScalingReason | None = None
    is_gateway_there: bool | None = None

    @property
    def may_go_to_zero(self) -> bool:
        """Whether the settings let the target go to zero when nothing is asked for."""
        settings = self.deployment.settings
        return settings is not None and settings.adaptive is not None and self.asked == 0

    @property
    def asked(self) -> int:
        """Return the least number of allocations that makes it Ready."""
        settings = self.deployment.settings
        return settings.asked_allocations if settings else 0

    @property
    def ready_pods(self) -> tuple[Pod, ...]:
        """Return the pods that serve, of whatever generation."""
        return tuple(pod for pod in self.pods if pod.is_ready)

    @property
    def older_pods(self) -> tuple[Pod, ...]:
        """Return the pods, ready or not, that run with the settings of another generation."""
        return tuple(pod for pod in self.pods if pod.settings != self.settings)

    @property
    def outdated_pods(self) -> tuple[Pod, ...]:
        """Return the pods that another version of Allot made of the same settings."""
        template = self.workload.template if self.workload else ""
        return tuple(pod for pod in self.pods if pod.template not in ("", template))

    @property
    def current_pods(self) -> tuple[Pod, ...]:
        """Return the pods that run with the settings of this generation."""
        return tuple(pod for pod in self.pods if pod.settings == self.settings)

    @property
    def model_pods(self) -> tuple[Pod, ...]:
        """Return the pods that run the model of this generation; all, if it is not known."""
        return tuple(pod for pod in self.pods if not self.model or pod.model == self.model)

    def reading_of(self, pod: Pod) -> Reading:
        """Return what a pod said of itself."""
        return self.readings.get(pod.uid, NOT_ASKED)

    def reports_of(self, pods: tuple[Pod, ...]) -> tuple[tuple[Pod, Report], ...]:
        """Return the pods that answered, with their answers."""
        pairs = ((pod, self.reading_of(pod)) for pod in pods)
        return tuple((pod, said) for pod, said in pairs if isinstance(said, Report))

    def recorded(self, kind: ConditionType) -> Condition | None:
        """Return the condition as status has it, if it speaks of this generation."""
        found = find_condition(self.deployment.status.conditions, kind)
        is_current = found and found.observed_generation == self.deployment.subject.generation
        return found if is_current else None
