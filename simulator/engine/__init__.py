"""The stock-flow engine: pure functions on numpy arrays. It knows no names, no files and no dates."""
