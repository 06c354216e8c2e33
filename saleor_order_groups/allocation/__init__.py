"""Divide the prices of a checkout into the amounts of its orders, without writing."""
