#!/usr/bin/env bash
# Run pytest on test databases that are kept, and made anew when they are out of date.
# Run it through with_database.sh.
#
# WORKERS  how many tests run beside each other (2)
set -euo pipefail
cd "$(dirname "$0")/.."

workers=${WORKERS:-2}
stamp=.cache/test-database
export SECRET_KEY=tests

# What the test databases were made of.
what_is_in_the_database() {
  echo "$DATABASE_URL"
  cat .venv/setup-stamp saleor_order_groups/migrations/0*.py
}

made_of=$(what_is_in_the_database | cksum)
if [ "$(cat "$stamp" 2>/dev/null)" != "$made_of" ]; then
  echo "test: making the test database (Saleor's migrations take some minutes)" >&2
  rm -f "$stamp"
  python -m pytest -q -n 0 --create-db --reuse-db tests/test_loaded.py
  python scripts/copy_test_database.py "$workers" --anew
  echo "$made_of" >"$stamp"
fi
python scripts/copy_test_database.py "$workers"

# pytest fails when it finds no test.
exec python -m pytest --reuse-db -n "$workers" "$@"
