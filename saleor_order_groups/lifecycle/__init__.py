"""Events of a group: what has happened to a purchase, recorded and announced."""
