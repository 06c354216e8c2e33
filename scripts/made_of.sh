#!/usr/bin/env bash
# Print what a migrated database is made of: other text means another database.
set -euo pipefail
cd "$(dirname "$0")/.."
cat .venv/setup-stamp saleor_order_groups/migrations/0*.py | cksum
