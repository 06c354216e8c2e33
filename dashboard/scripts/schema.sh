#!/usr/bin/env bash
# Write the schema of a Saleor with the plugin to .cache/schema.graphql. It needs the
# project's environment (`make setup`), and no database.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p dashboard/.cache
DJANGO_SETTINGS_MODULE=saleor.settings SECRET_KEY=schema \
  .venv/bin/python -m django get_graphql_schema >dashboard/.cache/schema.graphql
