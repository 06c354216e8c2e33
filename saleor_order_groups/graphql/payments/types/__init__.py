"""The types of shares."""
