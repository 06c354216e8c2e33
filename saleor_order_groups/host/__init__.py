"""Names of Saleor below its public ones, which the plugin calls or relies on."""
