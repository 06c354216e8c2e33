"""Sellers in the API."""
