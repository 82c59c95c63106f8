"""HTTP/1.1 to model pods: connections that are kept, and nothing that a pod does not need."""
