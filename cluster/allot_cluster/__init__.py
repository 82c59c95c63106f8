"""The one place that talks to the Kubernetes API server: client, watches, apply, elector."""
