#!/usr/bin/env bash
# Make .venv: Python 3.12, Saleor with the versions of its own lock, this project.
#
# SALEOR   which Saleor: any pip requirement, as saleor @ git+https://…@main, or the path
#          of a clone. What is in git brings its own lock.
# PYTHON   which Python 3.12
set -euo pipefail
cd "$(dirname "$0")/.."

version=3.23.28
default="saleor @ git+https://github.com/saleor/saleor@$version"
saleor=${SALEOR:-$default}
log=.cache/setup.log
stamp=.venv/setup-stamp
export PIP_DISABLE_PIP_VERSION_CHECK=1

say() { echo "setup: $*" | fold -s -w 80 >&2; }
die() { say "$*"; exit 1; }

what_is_installed() {
  echo "$saleor"
  cat pyproject.toml constraints/*.txt scripts/setup.sh
  if [ -d "$saleor" ]; then
    cat "$saleor/uv.lock" 2>/dev/null || true
    # A clone's state: the commit and what was changed since.
    git -C "$saleor" rev-parse HEAD 2>/dev/null || true
    git -C "$saleor" diff HEAD 2>/dev/null || true
  fi
}

is_python_312() {
  "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 12))' \
    >/dev/null 2>&1
}

find_python() {
  local candidate root
  if [ -n "${PYTHON:-}" ]; then
    is_python_312 "$PYTHON" || die "PYTHON=$PYTHON is no Python 3.12 with venv."
    echo "$PYTHON"
    return
  fi
  for candidate in python3.12 python3 python; do
    if is_python_312 "$candidate"; then command -v "$candidate"; return; fi
  done
  if command -v pyenv >/dev/null; then
    root=$(pyenv root)
    for candidate in "$(pyenv prefix 2>/dev/null || true)" "$root"/versions/3.12*; do
      if is_python_312 "$candidate/bin/python"; then echo "$candidate/bin/python"; return; fi
    done
  fi
  if command -v uv >/dev/null; then
    uv python find 3.12 2>/dev/null && return
    say "uv installs Python 3.12"
    uv python install 3.12 >>"$log" 2>&1 && uv python find 3.12 && return
  fi
  return 1
}

# Tell why a program failed, from what it printed. pip and uv report a certificate as a
# failed request too, so it comes first.
explain() {
  if grep -qiE "$untrusted" <<<"$1"; then
    say "a certificate is not trusted: something between here and the package index or github.com has its own. Name your CA's file in SSL_CERT_FILE (uv), PIP_CERT (pip) and GIT_SSL_CAINFO (git)."
  elif grep -qiE "$unreachable" <<<"$1"; then
    say "no network: the package index or github.com cannot be reached."
  else
    tail -n 20 <<<"$1" >&2
  fi
}
untrusted='certificate.verif|invalid peer certificate|ssl certificate problem|unknownissuer|self[- ]signed certificate'
unreachable='could not resolve host|failed to resolve|name resolution|dns error|unable to connect|connection refused|network is unreachable|error sending request|timed out|max retries exceeded|connection broken by|proxyerror|cannot connect to proxy'

# Write the lock of a Saleor in git that is not the default, whose versions are here.
fetch_lock() {
  [ "$saleor" != "$default" ] || return 0
  [[ $saleor =~ git\+([a-z+]+://[^/]*/[^@]+)(@(.+))?$ ]] || return 0
  run git init -q --bare .cache/saleor.git
  run git --git-dir=.cache/saleor.git fetch -q --depth 1 \
    "${BASH_REMATCH[1]}" "${BASH_REMATCH[3]:-HEAD}"
  git --git-dir=.cache/saleor.git show FETCH_HEAD:uv.lock >.cache/uv.lock 2>>"$log" ||
    rm -f .cache/uv.lock
}

# Print the versions to install: Saleor's own, but for what the tools pin.
constrain() {
  local versions=constraints/saleor-$version.txt
  if [ -f "$1" ]; then
    versions=.cache/saleor.txt
    .venv/bin/python scripts/constraints_from_lock.py "$1" >"$versions"
  fi
  awk -F'[=<>]+' 'NR == FNR { pinned[$1]; next } !($1 in pinned)' \
    constraints/tools.txt "$versions"
  cat constraints/tools.txt
}

run() {
  local before
  before=$(wc -l <"$log")
  "$@" >>"$log" 2>&1 && return
  explain "$(tail -n "+$((before + 1))" "$log")"
  die "that failed; the whole output is in $log"
}

mkdir -p .cache
if [ -d "$saleor" ]; then saleor=$(cd "$saleor" && pwd); fi
wanted=$(what_is_installed | cksum)
if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then exit 0; fi

: >"$log"
command -v git >/dev/null || die "git is missing: Saleor is installed from its git repository."
if is_python_312 .venv/bin/python; then
  python=.venv/bin/python
else
  python=$(find_python) || die "no Python 3.12 found: install it (with venv), or uv, or set PYTHON."
  say "Python: $python"
fi
# Before the minutes that an installation takes.
"$python" scripts/postgres.py require
if [ "$python" != .venv/bin/python ]; then
  run "$python" -m venv --clear .venv
fi
rm -f "$stamp"

# uv is faster, and its git works with servers that pip's partial clones fail on.
if run_uv=$(.venv/bin/python -m pip install -q -c constraints/tools.txt uv 2>&1); then
  install=(.venv/bin/uv pip install --python .venv/bin/python)
else
  echo "$run_uv" >>"$log"
  if command -v uv >/dev/null; then
    install=(uv pip install --python .venv/bin/python)
  else
    install=(.venv/bin/python -m pip install)
  fi
fi

say "installing $saleor"
say "some minutes the first time; $log shows what happens"
lock=$saleor/uv.lock
if [ ! -d "$saleor" ]; then
  lock=.cache/uv.lock
  rm -f "$lock"
  fetch_lock
fi
constrain "$lock" >.cache/constraints.txt
run "${install[@]}" -c .cache/constraints.txt "$saleor" -e '.[dev]'
echo "$wanted" >"$stamp"
say "done: Saleor $(.venv/bin/python -c 'import importlib.metadata as m; print(m.version("saleor"))')"
