"""POST _inference: from a client's request to its answer, by one pod or by many."""
