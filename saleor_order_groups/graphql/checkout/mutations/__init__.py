"""The mutations of a checkout of several sellers, one a module."""
