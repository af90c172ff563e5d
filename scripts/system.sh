#!/usr/bin/env bash
# Checks whether this checkout can be set up on this system, before anything is installed. Prints nothing on a release on which it was
# tested, one line on another release, and the reason if it cannot be set up (status 1). Arguments: /etc/os-release and the Python found.
set -euo pipefail
os_release=$1
python=${2:-}

# Space for Debian packages 720 MB, .venv 740 MB, downloads 50 MB.
needed_mb=1600

fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# The file is a shell script by definition; a subshell keeps its variables apart from ours. A file that cannot be read or run yields nothing.
of_release() (
  unset "$1"
  # shellcheck disable=SC1090 # its path is an argument
  ! . "$os_release" >/dev/null 2>&1 || printf '%s' "${!1:-}"
)

name=$(of_release PRETTY_NAME || true)
name=${name:-this system}
release=$(of_release ID || true):$(of_release VERSION_ID || true)

for command in apt-get dpkg; do
  command -v "$command" >/dev/null ||
    fail "$name has no $command: guest disks and set-up need Debian's tools; use Debian 12 or 13, in a virtual machine or a root container if need be"
done
architecture=$(dpkg --print-architecture)
[ "$architecture" = amd64 ] ||
  fail "$name is for $architecture: guests are x64 machines, and their disk is built with this machine's own tools; use an amd64 machine"

if [ -z "$python" ]; then
  old="$name has no Python 3.11 or newer: install python3.11 to python3.14, or use Debian 12 or newer or Ubuntu 24.04 or newer"
  ! command -v python3 >/dev/null || fail "$old"
  case $release in
    debian:[1-9] | debian:1[01] | ubuntu:1?.* | ubuntu:20.* | ubuntu:21.* | ubuntu:22.*) fail "$old" ;;
  esac
fi

free_mb=$(($(df -Pk . | awk 'NR == 2 {print $4}') / 1024))
[ "$free_mb" -ge "$needed_mb" ] || fail "there are $free_mb MB free for $PWD, and set-up takes about $needed_mb MB: make room, then repeat"

case $release in
  debian:12 | debian:13) ;;
  *) printf 'setup: set-up was not tried on %s, only on Debian 12 and 13; continuing\n' "$name" ;;
esac
