"""Payments of groups, and each order's share of them."""
