#!/usr/bin/env bash
# Turns the fragments into the changelog of a version: scripts/changelog.sh X.Y.Z
# It works on the unpacked artifact: antsibull-changelog copies the folder in which it is started, and a checkout contains labs and environments.
set -euo pipefail
cd "$(dirname "$0")/.."
version=${1:?"say which version: scripts/changelog.sh X.Y.Z"}
tree=$PWD/build/release
place=$tree/ansible_collections/goldenimage/azure
rm -rf "$tree"
mkdir -p "$place"
.venv/bin/ansible-galaxy collection build --force --output-path "$tree" >/dev/null
tar -xzf "$tree"/*.tar.gz -C "$place"
cp galaxy.yml "$place"
(cd "$place" && PATH=$OLDPWD/.venv/bin:$PATH antsibull-changelog release --version "$version")
cp "$place/CHANGELOG.rst" .
rm -f changelogs/fragments/*
cp -r "$place/changelogs/." changelogs
