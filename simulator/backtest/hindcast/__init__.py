"""The record of the scenario model: its status quo from past years, with the figures of the day, and what happened."""
