"""The words of the model: axes, placements, areas, months and financial years, each name and length once."""
