#!/usr/bin/env bash
# Sets up this checkout: Debian packages, .venv, Azurite, the path at which Ansible finds the collection.
# Can be repeated; takes a second if there is nothing to do. With --for COMMAND, it stops if the user is not root, because COMMAND requires root.
set -euo pipefail
cd -P "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

if [ "${1:-}" = --for ] && [ "$(id -u)" != 0 ]; then
  fail "$2 boots guests with networks of their own, which requires root; run: sudo $2"
fi

mkdir -p build
exec 9>build/setup.lock
flock 9

# The package openssh-server starts its server, now and at each boot. Tests start sshd themselves, on a port of this machine alone.
without_ssh_service() {
  local status=0 units=(ssh.service ssh.socket)
  systemctl show-environment >/dev/null 2>&1 || { "$@"; return; }
  systemctl --quiet mask --runtime "${units[@]}" || return
  "$@" || status=$?
  systemctl --quiet unmask --runtime "${units[@]}"
  systemctl --quiet disable "${units[@]}" || status=1
  return "$status"
}

# Installs Debian packages with the apt configuration of the host. Without root, prints the command to run.
install_debian() {
  [ "$(id -u)" = 0 ] || fail "Debian packages are missing; run this, then repeat: sudo apt-get update && sudo apt-get install -y --no-install-recommends $*"
  say "installing Debian packages: $*"
  local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@")
  [[ " $* " != *" openssh-server "* ]] || install=(without_ssh_service "${install[@]}")
  { apt-get update && "${install[@]}"; } >build/apt.log 2>&1 ||
    fail "apt-get could not install them; its output ends with: $(tail -n 3 build/apt.log)"
}

# The missing packages of scripts/debian-packages.txt, and those that Python needs for making an environment.
missing_debian() {
  local wanted installed
  wanted=$(grep -v '^#' scripts/debian-packages.txt)
  # shellcheck disable=SC2086 # one word per package
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^installed //p' || true)
  comm -23 <(sort <<<"$wanted") <(sort <<<"$installed")
  if [ -z "$python" ]; then
    printf 'python3\npython3-venv\n'
  elif ! "$python" -c 'import ensurepip' 2>/dev/null; then
    "$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'
  fi
}

# The first Python >= 3.11 that runs; the one called python3 is preferred.
find_python() {
  local name
  for name in python3 python3.11 python3.12 python3.13 python3.14; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
}

# An environment belongs to one interpreter and one path: after an upgrade or a move it is made again. The path is read from
# pyvenv.cfg, because the first line of its commands cannot hold a long path.
usable_venv() {
  [ "$(.venv/bin/python -V 2>/dev/null)" = "$("$python" -V)" ] && [ -e .venv/bin/pip ] &&
    [[ $(cat .venv/pyvenv.cfg)$'\n' == *" $PWD/.venv"$'\n'* ]]
}

# The input of the environment: if it changes, pip runs again.
fingerprint() {
  { pwd; "$1" -V; cat requirements.txt requirements-dev.txt meta/ee-requirements.txt lab/pyproject.toml; } | sha256sum
}

stamp=.venv/setup.sha256
python=$(find_python)
mapfile -t packages < <(missing_debian)
if [ "${#packages[@]}" != 0 ] || [ ! -e "$stamp" ]; then
  scripts/system.sh /etc/os-release "$python"
fi
if [ "${#packages[@]}" != 0 ]; then
  install_debian "${packages[@]}"
  python=$(find_python)
  [ -n "$python" ] || fail "no Python >= 3.11 on PATH (tried python3 and python3.11 to python3.14), though $(python3 -V 2>&1) is installed; install one, then repeat"
fi

if [ "$(cat "$stamp" 2>/dev/null)" != "$(fingerprint "$python")" ]; then
  say "installing Python packages into .venv ($("$python" -V))"
  usable_venv || "$python" -m venv --clear .venv
  .venv/bin/python -m pip install -q -r requirements-dev.txt -e lab
  fingerprint "$python" >"$stamp"
fi

.venv/bin/python -m azlab.storage.azurite install

.venv/bin/python -m scripts.collections

# Ansible finds a collection by its path only, so a link with that path leads to the checkout.
place=build/collections/ansible_collections/goldenimage/azure
mkdir -p "$(dirname "$place")"
[ "$(readlink "$place" || true)" = "$PWD" ] || ln -sfn "$PWD" "$place"
