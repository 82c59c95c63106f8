"""The operator: endpoints in, model pods and status out."""
