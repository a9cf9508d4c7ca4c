"""What makes the tables of simulator/data from the shared evidence folder; `tools/build_data.py` writes them."""
