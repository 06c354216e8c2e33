"""Groups for orders that no completion of the plugin has placed."""
