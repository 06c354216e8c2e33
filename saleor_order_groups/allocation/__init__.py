"""From the prices of a checkout to the amounts of each order; nothing is written."""
