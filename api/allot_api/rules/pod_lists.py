"""The rules of a pod block's labels, variables, volumes and mounts.

What Allot itself gives a pod cannot be had otherwise: a label that pods are selected by, a
variable that the runtime reads, a volume that it writes to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from allot_api.names import COMPONENT_LABEL, GROUP, MANAGED_BY_LABEL, NAME_LABEL
from allot_api.pod_settings import PodSettings
from allot_api.pod_volumes import Volume
from allot_api.rules.pod_reader import PodReader
from allot_api.rules.rule import Candidate, Rule, SpecT, Term, ViolationReason, quote

RESERVED_LABELS = (MANAGED_BY_LABEL, NAME_LABEL, COMPONENT_LABEL)
RESERVED_KEY_PREFIX = f"{GROUP}/"
RESERVED_VARIABLES = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "RAYON_NUM_THREADS",
    "TOKENIZERS_PARALLELISM",
    "POD_NAME",
    "NODE_NAME",
)
RESERVED_VARIABLE_PREFIX = "ALLOT_"
# The runtime's settings that no field of a spec stands for: how a pod logs, and what it admits.
OPEN_VARIABLES = (
    "ALLOT_LOG_FORMAT",
    "ALLOT_ACCESS_LOG",
    "ALLOT_MAX_BODY_BYTES",
    "ALLOT_MAX_INPUTS",
    "ALLOT_MAX_INPUT_CHARACTERS",
    "ALLOT_QUEUE_ORDER",
    "ALLOT_PACE_SECONDS_PER_PASS",
    "ALLOT_PACE_SECONDS_PER_TOKEN",
)
# The cache of weights, a place to write to, and a model that lies on a claim.
RESERVED_VOLUMES = ("cache", "tmp", "model")
RESERVED_VOLUME_PREFIX = "allot-"
# The paths themselves, what lies in them, and what they lie in.
RESERVED_PATHS_PATTERN = "^(/tmp(/.*)?|/var|/var/(cache|lib)|/var/(cache|lib)/allot(/.*)?)$"
DOTS_PATTERN = "/[.][.]?(/|$)"
VOLUME_KINDS = (
    "configMap", "secret", "persistentVolumeClaim", "emptyDir", "hostPath", "projected"
)  # fmt: skip


def is_reserved_key(key: str) -> bool:
    """Return whether a label or annotation is Allot's own."""
    return key in RESERVED_LABELS or key.startswith(RESERVED_KEY_PREFIX)


def is_reserved_variable(name: str) -> bool:
    """Return whether Allot sets the variable."""
    is_prefixed = name.startswith(RESERVED_VARIABLE_PREFIX) and name not in OPEN_VARIABLES
    return name in RESERVED_VARIABLES or is_prefixed


def is_reserved_volume(name: str) -> bool:
    """Return whether a volume's name is Allot's own."""
    return name in RESERVED_VOLUMES or name.startswith(RESERVED_VOLUME_PREFIX)


def is_reserved_path(path: str) -> bool:
    """Return whether mounting there would hide what Allot mounts."""
    return (
        re.fullmatch(RESERVED_PATHS_PATTERN, path) is not None
        or re.search(DOTS_PATTERN, path) is not None
    )


def metadata_rules(reader: PodReader[SpecT]) -> tuple[Rule[SpecT], ...]:
    """Return the rules that no label or annotation is Allot's own."""
    is_ours = f"key in {_list(RESERVED_LABELS)} || key.startsWith({quote(RESERVED_KEY_PREFIX)})"
    return tuple(
        _list_rule(
            name=f"pod_{field}_reserved",
            path=f"pod.{field}",
            found=f"self.pod.{field}.filter(key, {is_ours})",
            offenders=lambda it, field=field: filter(  # type: ignore[misc]
                is_reserved_key, getattr(reader.block(it), field) or ()
            ),
            message=f"{field} hold '{{it}}': Allot finds its pods by it: leave it out, and write "
            f"{field} with another prefix, such as example.com/team",
        )
        for field in ("labels", "annotations")
    )


def variable_rule(reader: PodReader[SpecT]) -> Rule[SpecT]:
    """Return the rule that no variable is one that Allot sets."""
    is_ours = (
        f"one.name in {_list(RESERVED_VARIABLES)} "
        f"|| (one.name.startsWith({quote(RESERVED_VARIABLE_PREFIX)}) "
        f"&& !(one.name in {_list(OPEN_VARIABLES)}))"
    )
    return _list_rule(
        name="pod_env_reserved",
        path="pod.env",
        found=f"self.pod.env.filter(one, {is_ours})",
        shown=".name",
        offenders=lambda it: filter(
            is_reserved_variable, (one.name for one in reader.block(it).env or ())
        ),
        message="env holds '{it}': Allot sets it itself: leave it out, and write num_threads, "
        "queue_capacity or the TrainedModel's fields for what it stands for",
    )


def volume_rules(reader: PodReader[SpecT]) -> tuple[Rule[SpecT], ...]:
    """Return the rules that volumes have names of their own and are of one kind each."""
    is_ours = (
        f"one.name in {_list(RESERVED_VOLUMES)} "
        f"|| one.name.startsWith({quote(RESERVED_VOLUME_PREFIX)})"
    )
    kinds = ", ".join(f"has(one.{kind})" for kind in VOLUME_KINDS)
    return (
        _list_rule(
            name="pod_volumes_reserved",
            path="pod.volumes",
            found=f"self.pod.volumes.filter(one, {is_ours})",
            shown=".name",
            offenders=lambda it: filter(
                is_reserved_volume, (one.name for one in reader.block(it).volumes or ())
            ),
            message="volumes hold '{it}', a name of Allot's own: write another name; where weights "
            "are kept is said by cache of the ModelDeployment",
        ),
        _list_rule(
            name="pod_volumes_of_one_kind",
            path="pod.volumes",
            found=f"self.pod.volumes.filter(one, [{kinds}].filter(chosen, chosen).size() != 1)",
            shown=".name",
            offenders=lambda it: (
                one.name for one in reader.block(it).volumes or () if _kinds_of(one) != 1
            ),
            message="volume '{it}' must be of one kind: write one of "
            f"{', '.join(VOLUME_KINDS[:-1])} and {VOLUME_KINDS[-1]}",
        ),
    )


def mount_rules(reader: PodReader[SpecT]) -> tuple[Rule[SpecT], ...]:
    """Return the rules that mounts hide nothing of Allot's and are of volumes that are there."""
    hides = (
        f"one.mountPath.matches({quote(RESERVED_PATHS_PATTERN)}) "
        f"|| one.mountPath.matches({quote(DOTS_PATTERN)})"
    )
    return (
        _list_rule(
            name="pod_mounts_reserved",
            path="pod.volumeMounts",
            found=f"self.pod.volumeMounts.filter(one, {hides})",
            shown=".mountPath",
            offenders=lambda it: filter(
                is_reserved_path, (one.mount_path for one in reader.block(it).volume_mounts or ())
            ),
            message="mountPath is '{it}': Allot mounts /tmp, /var/cache/allot and /var/lib/allot "
            "itself, and a path has no '.' or '..' in it: write another path, such as "
            "/etc/my-files",
        ),
        _list_rule(
            name="pod_mounts_without_volume",
            path="pod.volumeMounts",
            found="self.pod.volumeMounts.filter(one, !has(self.pod.volumes) "
            "|| !self.pod.volumes.exists(volume, volume.name == one.name))",
            shown=".name",
            offenders=lambda it: _unknown_volumes(reader.block(it)),
            message="volumeMounts name the volume '{it}', which is not among pod.volumes: write it "
            "there, or mount one that is",
        ),
    )


def _list_rule(
    *,
    name: str,
    path: str,
    found: str,
    offenders: Callable[[Candidate[SpecT]], Iterable[str]],
    message: str,
    shown: str = "",
) -> Rule[SpecT]:
    """Return the rule that nothing in the list or map at `path` is an offender.

    `found` is the CEL expression of the offenders; `shown` is how one of them becomes text.
    """

    def first(candidate: Candidate[SpecT]) -> str | None:
        return next(iter(offenders(candidate)), None)

    return Rule(
        name=name,
        path=path,
        cel=f"!has(self.pod) || !has(self.{path}) || {found}.size() == 0",
        holds=lambda candidate: first(candidate) is None,
        message=message,
        terms={"it": Term(f"{found}[0]{shown}", first)},
        reason=ViolationReason.FORBIDDEN,
    )


def _kinds_of(volume: Volume) -> int:
    kinds = (
        volume.config_map,
        volume.secret,
        volume.persistent_volume_claim,
        volume.empty_dir,
        volume.host_path,
        volume.projected,
    )
    return sum(kind is not None for kind in kinds)


def _unknown_volumes(pod: PodSettings) -> Iterable[str]:
    known = {volume.name for volume in pod.volumes or ()}
    return (mount.name for mount in pod.volume_mounts or () if mount.name not in known)


def _list(words: Iterable[str]) -> str:
    return f"[{', '.join(quote(word) for word in words)}]"
