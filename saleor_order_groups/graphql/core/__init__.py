"""What groups and sellers share: limits, conditions, filters and pages."""
