"""Words that stand in tables in place of a name or a number."""

from typing import Final

ALL: Final = "all"
"""What the axes of a total say: every placement, every age band, every area."""

HIDDEN = "c"
"""A figure that is not published, as the Department for Education writes it in its own tables."""
