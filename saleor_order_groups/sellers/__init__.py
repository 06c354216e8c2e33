"""The sellers of products and of the lines of a checkout."""
