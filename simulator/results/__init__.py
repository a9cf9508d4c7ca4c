"""Labelled results: what a run gave, by measure, area and time, and what tables and charts show of it."""
