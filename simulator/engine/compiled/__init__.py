"""The fast engine: the same rules, compiled by numba.

:mod:`.backend` is its door. Numba's inside is used in :mod:`.vectors` and :mod:`.compiler` alone.
"""
