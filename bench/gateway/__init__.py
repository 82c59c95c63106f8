"""What the gateway costs, and what its routing gains."""
