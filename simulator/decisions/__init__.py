"""Decisions under uncertainty: what an answer hangs on, and what it is worth to find out more."""
