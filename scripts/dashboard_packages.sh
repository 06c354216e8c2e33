#!/usr/bin/env bash
# Install the npm packages of dashboard/, as its lock says, if they are not there yet.
set -euo pipefail
cd "$(dirname "$0")/.."

log=.cache/npm.log
stamp=dashboard/node_modules/.installed

say() { echo "dashboard: $*" | fold -s -w 80 >&2; }
die() { say "$*"; exit 1; }

command -v node >/dev/null || die "Node is missing: install Node 20.19 or newer, with npm."
command -v npm >/dev/null || die "npm is missing: install it with Node."
# shellcheck disable=SC2016
node -e '
  const [major, minor] = process.versions.node.split(".").map(Number);
  process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1);
' || die "Node 20.19 or newer is needed, this is $(node --version)."

wanted=$(cat dashboard/package.json dashboard/package-lock.json | cksum)
if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then exit 0; fi

mkdir -p .cache
say "installing the npm packages; $log shows what happens"
if ! npm ci --prefix dashboard --no-fund --no-audit >"$log" 2>&1 </dev/null; then
  if grep -qE 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH' "$log"; then
    die "no network: the npm registry cannot be reached."
  fi
  tail -n 20 "$log" >&2
  die "npm ci failed; the whole output is in $log"
fi
echo "$wanted" >"$stamp"
