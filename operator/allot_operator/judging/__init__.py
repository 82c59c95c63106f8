"""What status says, computed from facts. Pure.

Each condition has one function; `Ready`, `Stalled` and `Reconciling` are concluded from the
others, so that they cannot contradict them.
"""
