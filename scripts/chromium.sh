#!/usr/bin/env bash
# Print the path of a Chromium for tests in a browser, installed as root on Debian where
# there is none.
#
# CHROMIUM  which one
set -euo pipefail
cd "$(dirname "$0")/.."

log=.cache/chromium-install.log

say() { echo "chromium: $*" | fold -s -w 80 >&2; }
die() { say "$*"; exit 1; }

find_chromium() {
  local name
  for name in chromium chromium-browser google-chrome google-chrome-stable \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
    "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
    if command -v "$name"; then return; fi
  done
  return 1
}

install_chromium() {
  command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] || return 1
  mkdir -p .cache
  say "apt-get install chromium"
  export DEBIAN_FRONTEND=noninteractive
  # A package list that is partly out of reach may still be enough.
  apt-get update >"$log" 2>&1 </dev/null || true
  apt-get install -y --no-install-recommends chromium >>"$log" 2>&1 </dev/null ||
    die "apt-get install chromium failed; see $log."
}

if [ -n "${CHROMIUM:-}" ]; then
  [ -x "$CHROMIUM" ] || die "CHROMIUM=$CHROMIUM is no program."
  echo "$CHROMIUM"
  exit
fi
find_chromium || { install_chromium && find_chromium; } ||
  die "no Chromium was found or could be installed: install it (Debian: chromium), or set CHROMIUM to its path."
