"""Verify the guarantees of order groups in the database, and repair violations."""
