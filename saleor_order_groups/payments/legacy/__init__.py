"""Payments that Saleor's payment plugins process, and each order's part of them."""
