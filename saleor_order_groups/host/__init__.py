"""Saleor below its public names: what the plugin calls or relies on there."""
