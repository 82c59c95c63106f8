"""Whether what was written makes sense in this cluster. Pure.

Each check is named after the problem that it reports; the order of a list of checks is the
order in which people should mend the problems.
"""
