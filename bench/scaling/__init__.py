"""A simulator of adaptive allocations: arrivals, pods and policies, no clock but its own."""
