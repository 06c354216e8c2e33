"""The mutations of order groups, one in each module."""
