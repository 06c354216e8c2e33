"""Order groups: create and find them, and derive what they add up to from their orders."""
