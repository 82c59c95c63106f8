"""The rules of TrainedModel."""

from __future__ import annotations

import re

from allot_api.rules.rule import Candidate, Rule, Term, quote
from allot_api.rules.shared import ID_PATTERN, ID_RULE, id_rule, immutable_id_rule, is_id
from allot_api.trained_model import TrainedModelSpec

Model = Candidate[TrainedModelSpec]

URI_PATTERN = (
    r"^(hf://[A-Za-z0-9._-]+/[A-Za-z0-9._-]+@[A-Za-z0-9._/-]+"
    r"|https?://[^/?#\s]+(/[^?#\s]*)?"
    r"|(s3|gs|az)://[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9 ._/=-]*)?"
    r"|pvc://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(/[A-Za-z0-9 ._-]+)*"
    r"|package://[A-Za-z_][A-Za-z0-9_.]*(/[A-Za-z0-9 ._-]+)*"
    r"|file:///.+)$"
)
# Where what lies under an address may change, only a digest says which weights are meant.
UNPINNED_PATTERN = r"^(https?|s3|gs|az)://"
USER_INFO_PATTERN = r"^[a-z0-9]+://[^/]*@"
PARENT_PATTERN = r"(^|/)[.][.](/|$)"
FILE_PATTERN = r"^[A-Za-z0-9_-][A-Za-z0-9 ._-]*(/[A-Za-z0-9_-][A-Za-z0-9 ._-]*)*$"


def model_id(model: Model) -> str:
    """Return the id that endpoints and deployments name."""
    return model.spec.model_id or model.name


def _bad_alias(model: Model) -> str | None:
    return next((alias for alias in model.spec.aliases or [] if not is_id(alias)), None)


def _bad_path(model: Model) -> str | None:
    paths = (file.path for file in model.spec.source.files or [])
    return next((path for path in paths if not re.fullmatch(FILE_PATTERN, path)), None)


def _is_pinned(model: Model) -> bool:
    files = model.spec.source.files
    return bool(files) and all(file.sha256 is not None for file in files or [])


def _needs_digests(model: Model) -> bool:
    return re.match(UNPINNED_PATTERN, model.spec.source.uri) is not None


def _has_user_info(model: Model) -> bool:
    uri = model.spec.source.uri
    return not uri.startswith("hf://") and re.match(USER_INFO_PATTERN, uri) is not None


ALIASES = f"self.aliases.filter(alias, !alias.matches({quote(ID_PATTERN)}))"
URI = "self.source.uri"
FILES = f"self.source.files.filter(file, !file.path.matches({quote(FILE_PATTERN)}))"

MODEL_RULES: tuple[Rule[TrainedModelSpec], ...] = (
    id_rule("model_id", lambda it: it.spec.model_id, instead="my-model"),
    immutable_id_rule("model_id", model_id),
    Rule(
        name="aliases_characters",
        path="aliases",
        cel=f"!has(self.aliases) || {ALIASES}.size() == 0",
        holds=lambda it: _bad_alias(it) is None,
        message=f"aliases hold '{{alias}}': {ID_RULE}: write one like my-model",
        terms={"alias": Term(f"{ALIASES}[0]", _bad_alias)},
    ),
    Rule(
        name="source_uri_scheme",
        path="source.uri",
        cel=f"self.source.uri.matches({quote(URI_PATTERN)})",
        holds=lambda it: re.fullmatch(URI_PATTERN, it.spec.source.uri) is not None,
        message="uri is '{uri}': a source is a folder of a model hub, a web server, an object "
        "store, a claim, a Python package or the pod: write hf://OWNER/NAME@REVISION, "
        "https://HOST/PATH, s3://BUCKET/PREFIX, gs://BUCKET/PREFIX, az://CONTAINER/PREFIX, "
        "pvc://CLAIM/PATH, package://IMPORT_NAME/PATH or file:///ABSOLUTE/PATH",
        terms={"uri": Term("self.source.uri", lambda it: it.spec.source.uri)},
    ),
    Rule(
        name="source_uri_leaves_its_folder",
        path="source.uri",
        cel=f"!self.source.uri.matches({quote(PARENT_PATTERN)})",
        holds=lambda it: re.search(PARENT_PATTERN, it.spec.source.uri) is None,
        message="uri is '{uri}': it must not hold '..': write the folder itself",
        terms={"uri": Term("self.source.uri", lambda it: it.spec.source.uri)},
    ),
    # The message does not repeat the uri: it holds a password.
    Rule(
        name="source_uri_user_info",
        path="source.uri",
        cel=f"{URI}.startsWith({quote('hf://')}) || !{URI}.matches({quote(USER_INFO_PATTERN)})",
        holds=lambda it: not _has_user_info(it),
        message="uri holds a user name or password before '@', which everybody may read who may "
        "read the model: write it without, and put a token as ALLOT_SOURCE_TOKEN into a Secret "
        "that source.secretRef names",
    ),
    Rule(
        name="source_files_pinned",
        path="source.files",
        cel=f"!{URI}.matches({quote(UNPINNED_PATTERN)}) || (has(self.source.files) && "
        "self.source.files.size() > 0 && self.source.files.all(file, has(file.sha256)))",
        holds=lambda it: not _needs_digests(it) or _is_pinned(it),
        message="files do not pin the model: what lies on a web server or in an object store may "
        "change, so every file must be listed with its digest: write path and sha256 of "
        "config.json, tokenizer.json, model.safetensors and whatever else the model needs",
    ),
    Rule(
        name="source_files_path",
        path="source.files",
        cel=f"!has(self.source.files) || {FILES}.size() == 0",
        holds=lambda it: _bad_path(it) is None,
        message="files hold the path '{path}': a path is relative to the source and has no part "
        "that starts with a dot: write one like model.safetensors or 1_Pooling/config.json",
        terms={"path": Term(f"{FILES}[0].path", _bad_path)},
    ),
)
