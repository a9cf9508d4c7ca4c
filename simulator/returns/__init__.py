"""A council's own SSDA903 returns: read, clean, count events over exposure, pool; and synthetic returns to try it with.

The line of data: ``read`` (files to rows) - ``clean`` (the ``rules``, each told in ``quality``) - ``exposure`` (events
and child-years) - ``pool`` (towards ``national`` rates) - ``write`` (aggregated tables only). What names a child
(identifier, date of birth, UPN, postcode) stays in memory, in the first three, and is in nothing that they raise.
"""
