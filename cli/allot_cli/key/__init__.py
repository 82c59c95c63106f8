"""`allot key`: API keys by which clients get into a gateway."""
