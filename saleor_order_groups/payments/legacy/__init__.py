"""Payments of Saleor's payment plugins, and each order's part of them."""
