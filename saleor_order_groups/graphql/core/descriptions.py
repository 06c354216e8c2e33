"""Texts that several descriptions share."""

ADDED_IN_01 = "\n\nAdded in saleor-order-groups 0.1."
