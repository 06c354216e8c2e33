#!/usr/bin/env bash
# Build Saleor's own Dashboard in .cache/real-dashboard: its tag, with its own lock. Print
# where its pages are. The build takes some minutes and 4 GB, and is kept. The address of
# the API is written into index.html when the pages are served.
set -euo pipefail
cd "$(dirname "$0")/.."

tag=3.23.27
repository=https://github.com/saleor/saleor-dashboard
# What its package.json asks for.
node=24
pnpm=11.13.1
home=.cache/real-dashboard
source=$home/source-$tag
pages=$source/build/dashboard
log=$home/build.log

say() { echo "dashboard-e2e: $*" | fold -s -w 80 >&2; }
die() { say "$*"; exit 1; }

run() {
  "$@" >>"$log" 2>&1 </dev/null || die "\`$1 $2\` failed; the whole output is in $log"
}

# Run a command of the Dashboard's own.
pnpm_run() { run pnpm --dir "$source" "$@"; }

if [ -f "$home/built-$tag" ]; then
  echo "$pages"
  exit
fi
for program in git npm; do
  command -v "$program" >/dev/null || die "$program is missing."
done
mkdir -p "$home/tools"
: >"$log"

say "building the Dashboard $tag"
say "some minutes the first time; $log shows what happens"
run npm install --no-fund --no-audit --prefix "$home/tools" "node@$node" "pnpm@$pnpm"
PATH=$PWD/$home/tools/node_modules/.bin:$PATH

if [ ! -d "$source" ]; then
  rm -rf "$source.part"
  run git clone -q --depth 1 --branch "$tag" "$repository" "$source.part"
  mv "$source.part" "$source"
fi

# Scripts of packages would download browsers and programs that no build needs.
export CI=1 SKIP_SOURCEMAPS=true NODE_OPTIONS=--max-old-space-size=8192
export API_URL=@API_URL@ APP_MOUNT_URI=/ STATIC_URL=/ LOCALE_CODE=EN
pnpm_run install --frozen-lockfile --ignore-scripts
pnpm_run run generate:main
pnpm_run exec vite build
touch "$home/built-$tag"
echo "$pages"
