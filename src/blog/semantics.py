"""What traces, metrics and logs have to agree on, as none of them imports another (HTTP semantic conventions)."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"})
OTHER_METHOD = "_OTHER"
# The first status that is the server's fault.
SERVER_ERROR = 500
# A request that takes longer is logged and traced whether it was sampled or not.
SLOW_SECONDS = 0.5
