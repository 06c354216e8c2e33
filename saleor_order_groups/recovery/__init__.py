"""What a crash leaves undone, found and done again by a sweep each minute."""
