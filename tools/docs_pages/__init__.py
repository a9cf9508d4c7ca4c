"""The generated pages of the documentation; `tools/make_docs.py` writes them."""
