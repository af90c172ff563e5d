#!/usr/bin/env bash
# Stops the lab of this checkout, then removes everything that git ignores, including clones of other repositories.
set -euo pipefail
cd "$(dirname "$0")/.."
for lock in build/fresh/*/lock; do
  [ ! -e "$lock" ] || flock -n "$lock" true || { echo "clean: make fresh is running in $(dirname "$lock"): wait for it or end it first" >&2; exit 1; }
done
if [ -x .venv/bin/molecule ] && [ -d build/molecule ]; then
  .venv/bin/molecule destroy --all >/dev/null 2>&1 || echo "clean: molecule could not end its guests: run it again, as root" >&2
fi
if [ -x .venv/bin/azlab ]; then
  find build -path build/fresh -prune -o -name config.json -path '*azlab*' -print0 2>/dev/null | while IFS= read -r -d '' config; do
    .venv/bin/azlab --state "$(dirname "$config")" down
  done
fi
git clean -ffdXq
