"""Where a placement is, and who provides it: the labels of tables that count children by these."""

from __future__ import annotations

UNKNOWN = "not_known"

LOCALITIES = ("inside", "outside", UNKNOWN)
"""Whether a placement is inside the boundary of the authority that looks after the child."""

DISTANCES = ("20_miles_or_less", "over_20_miles", UNKNOWN)
"""How far it is from the child's home."""

DISTANCE_TABLES = ("distance", "distance_and_locality")
"""Tables of many children of whom the distance is not known."""

MILES = 20.0
"""The distance that published tables tell apart."""

PROVIDERS = ("parents", "own", "other_la", "other_public", "private", "voluntary", UNKNOWN)
"""Who provides it, in the order of the codes PR0 to PR5 of a return."""
