"""The additions to Saleor's checkouts."""
