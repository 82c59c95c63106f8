"""Names that stand in the objects that we make, beside those that `allot_api.names` shares."""

from __future__ import annotations

from allot_api.names import GROUP

# On every object of ours: the hash of what was sent. It tells a change of ours from one of others.
APPLIED_ANNOTATION = f"{GROUP}/applied"

# On a pod template, and so on its pods: hashes of what the user chose, of the model alone, and of
# the whole template. Two templates of the same settings differ only by the version of Allot.
SETTINGS_ANNOTATION = f"{GROUP}/settings"
MODEL_ANNOTATION = f"{GROUP}/model"
TEMPLATE_ANNOTATION = f"{GROUP}/template"

RUNTIME_CONTAINER = "runtime"
HTTP_PORT = "http"
RUNTIME_PORT = 8080
SERVICE_PORT = 80
