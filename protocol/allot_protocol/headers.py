"""Headers that a pod adds to the answers of inferences, for routers.

Each is a whole number of tokens: of the request, of all that waits in the pod when it answers, and
of what the pod computes in one pass at the most.
"""

from __future__ import annotations

TOKENS_HEADER = "X-Allot-Tokens"
WAITING_TOKENS_HEADER = "X-Allot-Waiting-Tokens"
PASS_TOKENS_HEADER = "X-Allot-Pass-Tokens"
