"""The fast engine: the same rules, compiled by numba."""
