"""Verify what order groups guarantee over a whole database, and repair it."""
