"""Groups of commands, one module each, found by themselves: a module names its commands in `COMMANDS`."""
