"""What was read from the API server and from the pods, as plain values. No I/O."""
