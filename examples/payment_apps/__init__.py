"""Payment apps that pay sellers through their payment provider."""
