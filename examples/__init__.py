"""Examples that a shop may begin with; they are no part of the package."""
