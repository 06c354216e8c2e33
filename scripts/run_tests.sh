#!/usr/bin/env bash
# Run pytest on test databases that are kept, and made anew when they are out of date.
# Run it through with_database.sh.
#
# WORKERS  how many tests run beside each other (2)
set -euo pipefail
cd "$(dirname "$0")/.."

workers=${WORKERS:-2}
export SECRET_KEY=tests

made_of=$(scripts/made_of.sh)
if [ "$(python scripts/kept_databases.py made-of)" != "$made_of" ]; then
  echo "test: making the test database, which takes some minutes" >&2
  python -m pytest -q -n 0 --disable-warnings -p tests.migration_progress \
    --create-db --reuse-db tests/test_loaded.py
  python scripts/kept_databases.py drop-copies
  python scripts/kept_databases.py mark "$made_of"
fi
python scripts/kept_databases.py copy "$workers"

# pytest fails when it finds no test.
exec python -m pytest --reuse-db -n "$workers" "$@"
