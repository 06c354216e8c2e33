#!/usr/bin/env bash
# Test the Dashboard app's pages in Chromium against a real Saleor with the demo's shop.
# Run it through with_database.sh. Arguments are Playwright's.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/dashboard_packages.sh
CHROMIUM=$(scripts/chromium.sh)
export CHROMIUM
# Saleor's migrations take minutes; where `make test` has run, its database has them.
python scripts/kept_databases.py copy-to saleor_order_groups_dashboard "$(scripts/made_of.sh)"
exec python -m demo.dashboard \
  dashboard/node_modules/.bin/playwright test --config dashboard/e2e --project=pages "$@"
