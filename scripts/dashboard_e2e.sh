#!/usr/bin/env bash
# Walk through the app inside Saleor's own Dashboard, and take the pictures of
# docs/dashboard.md. Run it through with_database.sh. Arguments are Playwright's.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/dashboard_packages.sh
CHROMIUM=$(scripts/chromium.sh)
export CHROMIUM
pages=$(scripts/real_dashboard.sh)
exec python -m demo.dashboard --pages "$pages" \
  dashboard/node_modules/.bin/playwright test --config dashboard/e2e --project=real-dashboard "$@"
