#!/usr/bin/env bash
# Run a command with the environment's programs and a database: DATABASE_URL's, or
# that of the private cluster.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
DATABASE_URL=$(python scripts/postgres.py start)
export DATABASE_URL
exec "$@"
