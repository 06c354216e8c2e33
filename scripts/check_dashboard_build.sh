#!/usr/bin/env bash
# Check that the committed types and pages are what the sources give: build them again
# and compare.
set -euo pipefail
cd "$(dirname "$0")/.."

built=(dashboard/src/graphql dashboard/built.json saleor_order_groups/dashboard/static)
before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT

for path in "${built[@]}"; do
  mkdir -p "$before/$(dirname "$path")"
  cp -R "$path" "$before/$path"
done
scripts/dashboard.sh
status=0
for path in "${built[@]}"; do
  diff -rq "$before/$path" "$path" || status=1
done
if [ "$status" != 0 ]; then
  echo "dashboard: the committed pages are of other sources: run \`make dashboard\` and commit what it writes." >&2
fi
exit "$status"
