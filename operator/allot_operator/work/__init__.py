"""Which objects have to be looked at, and when."""
