"""Create, find and adopt order groups; derive their amounts from their orders."""
