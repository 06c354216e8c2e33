"""The types of the additions to checkouts."""
