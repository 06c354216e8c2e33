"""Shared by groups and sellers: limits, conditions, filters and pages."""
