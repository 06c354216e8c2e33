#!/usr/bin/env bash
# Run pytest on a test database that is kept, and made anew when it is out of date.
# Run it through with_database.sh.
set -euo pipefail
cd "$(dirname "$0")/.."

stamp=.cache/test-database

# What the kept test databases were made of.
what_is_in_the_database() {
  echo "$DATABASE_URL"
  cat .venv/setup-stamp saleor_order_groups/migrations/0*.py
}

made_of=$(what_is_in_the_database | cksum)
if [ "$(cat "$stamp" 2>/dev/null)" = "$made_of" ]; then
  keep=(--reuse-db)
else
  echo "test: making the test databases, which takes some minutes" >&2
  keep=(--reuse-db --create-db)
  rm -f "$stamp"
fi

status=0
python -m pytest "${keep[@]}" "$@" || status=$?
# 0: all passed; 1: some failed, but they ran.
if [ "$status" -le 1 ]; then echo "$made_of" >"$stamp"; fi
exit "$status"
