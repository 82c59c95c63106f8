"""Volumes that a pod block may add, and where they are mounted.

Kinds: what programs beside a model need (certificates, tokens, scratch memory, shared disks).
Drivers' own kinds are reached by a claim.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, StrictInt

from allot_api.fields import MAX_INT32, Flag, ObjectName, Shape, unique_by
from allot_api.quantities import Quantity

MAX_VOLUMES = 16
MAX_ITEMS = 32
MAX_SOURCES = 8
MAX_MODE = 0o777
VOLUME_NAME_PATTERN = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"
# Absolute and in its shortest form: rules compare paths as text.
MOUNT_PATH_PATTERN = "^(/[^/:]+)+$"
ATOMIC = {"x-kubernetes-list-type": "atomic"}

VolumeName = Annotated[str, Field(min_length=1, max_length=63, pattern=VOLUME_NAME_PATTERN)]
RelativePath = Annotated[str, Field(min_length=1, max_length=512)]
Mode = Annotated[StrictInt, Field(ge=0, le=MAX_MODE)]


class StorageMedium(StrEnum):
    """What an emptyDir lies on, if not on the node's disk."""

    MEMORY = "Memory"


class HostPathType(StrEnum):
    """What must be at a path of the node before it is mounted."""

    DIRECTORY_OR_CREATE = "DirectoryOrCreate"
    DIRECTORY = "Directory"
    FILE_OR_CREATE = "FileOrCreate"
    FILE = "File"


class KeyToPath(Shape):
    """One key of a ConfigMap or Secret as a file."""

    key: Annotated[str, Field(min_length=1, max_length=253)] = Field(
        description="key whose value becomes the file."
    )
    path: RelativePath = Field(description="path of the file below the mount.")
    mode: Mode | None = Field(None, description="mode of the file, such as 0400.")


Items = Annotated[list[KeyToPath], Field(max_length=MAX_ITEMS)]


class ConfigMapVolume(Shape):
    """A ConfigMap's keys as files."""

    name: ObjectName = Field(description="name of a ConfigMap in the same namespace.")
    items: Items | None = Field(
        None,
        description="items are the keys to take; all if left out.",
        json_schema_extra={**ATOMIC},
    )
    default_mode: Mode | None = Field(
        None, alias="defaultMode", description="defaultMode of the files; 0644 if left out."
    )
    optional: Flag | None = Field(
        None, description="optional lets pods start without it; false if left out."
    )


class SecretVolume(Shape):
    """A Secret's keys as files."""

    secret_name: ObjectName = Field(
        alias="secretName", description="secretName of a Secret in the same namespace."
    )
    items: Items | None = Field(
        None,
        description="items are the keys to take; all if left out.",
        json_schema_extra={**ATOMIC},
    )
    default_mode: Mode | None = Field(
        None, alias="defaultMode", description="defaultMode of the files; 0644 if left out."
    )
    optional: Flag | None = Field(
        None, description="optional lets pods start without it; false if left out."
    )


class ClaimVolume(Shape):
    """A PersistentVolumeClaim."""

    claim_name: ObjectName = Field(
        alias="claimName",
        description="claimName of a PersistentVolumeClaim in the same namespace.",
    )
    read_only: Flag | None = Field(
        None, alias="readOnly", description="readOnly mounts it read-only everywhere."
    )


class EmptyDirVolume(Shape):
    """A folder of the pod's own, gone with the pod."""

    medium: StorageMedium | None = Field(
        None, description="medium: Memory for a folder in memory; the node's disk if left out."
    )
    size_limit: Quantity | None = Field(
        None,
        alias="sizeLimit",
        description="sizeLimit as a quantity, such as 1Gi; one in memory counts as the pod's.",
    )


class HostPathVolume(Shape):
    """A path of the node."""

    path: Annotated[str, Field(min_length=1, max_length=1024, pattern="^/")] = Field(
        description="path on the node; absolute."
    )
    type: HostPathType | None = Field(
        None, description="type of what must be there; nothing is checked if left out."
    )


class ProjectedObject(Shape):
    """A ConfigMap or Secret as one source of a projected volume."""

    name: ObjectName = Field(description="name of the object in the same namespace.")
    items: Items | None = Field(
        None,
        description="items are the keys to take; all if left out.",
        json_schema_extra={**ATOMIC},
    )
    optional: Flag | None = Field(
        None, description="optional lets pods start without it; false if left out."
    )


class ProjectedToken(Shape):
    """A token of the pods' service account as one source of a projected volume."""

    audience: Annotated[str, Field(max_length=512)] | None = Field(
        None, description="audience that the token is for; the API server if left out."
    )
    expiration_seconds: Annotated[StrictInt, Field(ge=600, le=MAX_INT32)] | None = Field(
        None,
        alias="expirationSeconds",
        description="expirationSeconds after which the token ends; an hour if left out.",
    )
    path: RelativePath = Field(description="path of the token below the mount.")


class ProjectedSource(Shape):
    """One source of a projected volume."""

    config_map: ProjectedObject | None = Field(
        None, alias="configMap", description="configMap whose keys become files."
    )
    secret: ProjectedObject | None = Field(None, description="secret whose keys become files.")
    service_account_token: ProjectedToken | None = Field(
        None,
        alias="serviceAccountToken",
        description="serviceAccountToken of the pods' service account.",
    )


class ProjectedVolume(Shape):
    """Several sources in one folder."""

    sources: Annotated[list[ProjectedSource], Field(min_length=1, max_length=MAX_SOURCES)] = Field(
        description="sources whose files the folder holds.", json_schema_extra={**ATOMIC}
    )
    default_mode: Mode | None = Field(
        None, alias="defaultMode", description="defaultMode of the files; 0644 if left out."
    )


class Volume(Shape):
    """A volume of the pods, of one kind."""

    name: VolumeName = Field(
        description="name of the volume; cache, tmp and model are Allot's own."
    )
    config_map: ConfigMapVolume | None = Field(
        None, alias="configMap", description="configMap makes files of a ConfigMap's keys."
    )
    secret: SecretVolume | None = Field(None, description="secret makes files of a Secret's keys.")
    persistent_volume_claim: ClaimVolume | None = Field(
        None,
        alias="persistentVolumeClaim",
        description="persistentVolumeClaim mounts a claim.",
    )
    empty_dir: EmptyDirVolume | None = Field(
        None, alias="emptyDir", description="emptyDir is a folder of the pod's own."
    )
    host_path: HostPathVolume | None = Field(
        None,
        alias="hostPath",
        description="hostPath mounts a path of the node; Pod Security's restricted profile "
        "forbids it.",
    )
    projected: ProjectedVolume | None = Field(
        None, description="projected puts several sources in one folder."
    )


class VolumeMount(Shape):
    """Where the runtime finds a volume."""

    name: VolumeName = Field(description="name of the volume.")
    mount_path: Annotated[str, Field(min_length=1, max_length=512, pattern=MOUNT_PATH_PATTERN)] = (
        Field(
            alias="mountPath",
            description="mountPath in the container: absolute, without a slash at its end.",
        )
    )
    sub_path: RelativePath | None = Field(
        None, alias="subPath", description="subPath of the volume to mount; all of it if left out."
    )
    read_only: Flag | None = Field(
        None, alias="readOnly", description="readOnly forbids the runtime to write."
    )


Volumes = Annotated[
    list[Volume],
    Field(max_length=MAX_VOLUMES),
    AfterValidator(unique_by(key=lambda one: one.name, shown=lambda one: {"name": one.name})),
]
VolumeMounts = Annotated[
    list[VolumeMount],
    Field(max_length=MAX_VOLUMES),
    AfterValidator(
        unique_by(key=lambda one: one.mount_path, shown=lambda one: {"mountPath": one.mount_path})
    ),
]
