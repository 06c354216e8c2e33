"""Who sells a product, and each line of a checkout."""
