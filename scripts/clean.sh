#!/usr/bin/env bash
# Leaves the checkout as git made it: stops this checkout's lab, then removes everything that git ignores, clones of other repositories too.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -x .venv/bin/molecule ] && [ -d build/molecule ]; then
  .venv/bin/molecule destroy --all >/dev/null 2>&1 || echo "clean: molecule could not end its guests: run it again, as root" >&2
fi
if [ -x .venv/bin/azlab ]; then
  find build -name config.json -path '*azlab*' -print0 2>/dev/null | while IFS= read -r -d '' config; do
    .venv/bin/azlab --state "$(dirname "$config")" down
  done
fi
git clean -ffdXq
