"""The types of a checkout of several sellers."""
