#!/usr/bin/env bash
# Run every check that is not a test. Run it through with_database.sh.
set -uo pipefail
cd "$(dirname "$0")/.."

export DJANGO_SETTINGS_MODULE=saleor.settings SECRET_KEY=lint
status=0

check() {
  echo "+ $*"
  "$@" || status=1
}

check ruff check .
check ruff format --check .
check lint-imports --no-cache
check mypy saleor_order_groups
check python -m django makemigrations --check --dry-run
exit "$status"
