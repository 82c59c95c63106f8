"""How many allocations there should be. Pure: the time is an argument."""
