"""Who decides in the simulation: the operator's own policies, peers' rules, reference lines."""
