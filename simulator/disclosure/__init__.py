"""What may be published of small numbers."""
