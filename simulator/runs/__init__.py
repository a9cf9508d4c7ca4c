"""Runs: one, many draws of it, and the number that reaches a target."""
