"""One pass over one object: gather, plan, apply, status. The I/O; decisions are elsewhere."""
