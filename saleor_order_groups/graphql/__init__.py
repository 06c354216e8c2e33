"""What the plugin adds to Saleor's GraphQL API, laid out as Saleor's own `saleor/graphql`."""
