"""The orders of sellers, for their members and apps."""
