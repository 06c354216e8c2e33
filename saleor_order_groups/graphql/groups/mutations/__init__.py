"""The mutations of order groups, one a module."""
