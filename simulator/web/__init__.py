"""The page for commissioners, and the JSON interface beneath it (docs/json-interface.md); needs care-demand[web]."""
