"""Where a projection starts: England, its authorities, or a council's own returns."""
