"""`allot explain`: why a deployment has as many allocations as it has, and what would change it.

gathering (I/O) ──► explaining, outlook (pure) ──► rendering (pure)
"""
