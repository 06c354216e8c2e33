"""The types of order groups."""
