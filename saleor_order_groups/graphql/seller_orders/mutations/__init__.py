"""What sellers do with their orders."""
