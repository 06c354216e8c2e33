"""The mutations of sellers, one in each module."""
