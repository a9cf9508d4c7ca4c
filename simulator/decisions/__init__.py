"""Decisions: what a plan, a pilot or better evidence is worth, from runs of the simulator and the published record."""
