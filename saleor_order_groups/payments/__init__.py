"""Payments of groups, and each order's payment share."""
