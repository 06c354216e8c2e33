"""The plugin's additions to Saleor's GraphQL API, arranged as in `saleor/graphql`."""
