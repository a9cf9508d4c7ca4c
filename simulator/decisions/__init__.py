"""What to do: which measures a budget buys, when, and how sure of it one can be.

It stands on runs and their results, and below the command line.
"""
