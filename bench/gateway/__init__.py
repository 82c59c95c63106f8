"""What the gateway adds, what a request costs it, and how well it chooses pods."""
