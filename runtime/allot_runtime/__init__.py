"""The runtime: one process that serves one allocation of one model."""
