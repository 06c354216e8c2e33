"""The mutations of a checkout, one in each module."""
