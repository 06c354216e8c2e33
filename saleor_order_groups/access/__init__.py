"""Access of sellers: who works on a seller's orders, and what they may do."""
