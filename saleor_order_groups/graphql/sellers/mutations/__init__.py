"""The mutations of sellers, one a module."""
