"""The packaged tables, and what reads them."""
