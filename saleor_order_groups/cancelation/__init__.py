"""The cancelation of a large group: its orders are canceled in a task."""
