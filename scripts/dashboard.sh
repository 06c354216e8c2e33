#!/usr/bin/env bash
# Check the Dashboard app's sources and build its pages into
# saleor_order_groups/dashboard/static. Run it with .venv's programs on the path.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/dashboard_packages.sh
cd dashboard
for step in schema generate lint check test build; do
  echo "+ npm run $step"
  npm run --silent "$step"
done
cd ..
python scripts/dashboard_manifest.py write
