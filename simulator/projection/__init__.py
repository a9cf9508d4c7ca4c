"""From a scenario, a baseline and a draw to the rates that the engine runs."""
