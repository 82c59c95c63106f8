"""A real Kubernetes control plane and node on this machine."""
