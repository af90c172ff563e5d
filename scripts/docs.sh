#!/usr/bin/env bash
# Writes the output of ansible-doc for every module and role to build/docs, one file each.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p build/docs
for path in plugins/modules/*.py; do
  name=$(basename "$path" .py)
  .venv/bin/ansible-doc -t module "goldenimage.azure.$name" >"build/docs/$name.txt"
done
for path in roles/*/; do
  name=$(basename "$path")
  .venv/bin/ansible-doc -t role "goldenimage.azure.$name" >"build/docs/$name.txt"
done
printf 'written: %s\n' build/docs/*.txt
