"""Cases that more than one suite tries."""
