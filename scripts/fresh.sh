#!/usr/bin/env bash
# Runs `make demo` and `make test` as a new user would: in a bare system with the packages that README.md names, in a clone of HEAD.
#
#     scripts/fresh.sh bookworm|trixie|ubuntu [TARGET ...]
#
# `ubuntu` is Debian 13 with the os-release of Ubuntu, whose apt has no sources for Debian 12. TARGETs default to demo and test. TIERS is
# passed to `make test`. The system gets the following settings of this machine: apt's transport options and mirrors, its own CA
# certificates, /etc/pip.conf, the proxy variables, and the variables that FRESH_ENV names. Output is written to build/fresh/SUITE/*.log,
# the result to build/fresh/SUITE.json.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'fresh: %s\n' "$*"; }
fail() { printf 'fresh: %s\n' "$*" >&2; exit 1; }

suite=${1:-}
case $suite in
  bookworm | trixie) release=$suite ;;
  ubuntu) release=trixie ;;
  *) fail "SUITE must be bookworm, trixie or ubuntu, not '$suite'" ;;
esac
shift
[ "$#" != 0 ] || set -- demo test
[ "$(id -u)" = 0 ] || fail "creating a system and mounting file systems requires root; run: sudo make fresh SUITE=$suite"

place=$PWD/build/fresh/$suite
root=$place/root
report=$place.json
checkout=/root/azure
mkdir -p "$place"
exec 9>"$place/lock"
flock -n 9 || fail "another run for $suite is active in $place: wait for it or end it first"
rm -rf --one-file-system "$root" "$report"
rm -f "$place"/*.log

python() { .venv/bin/python -c "from azlab.guests.build import apt; print(*apt.$1, sep='\n')"; }

make_system() {
  local packages options=() sources
  packages=$(sed -n 's/^    apt-get install -y --no-install-recommends //p' README.md | head -n 1)
  while IFS= read -r line; do options+=(--aptopt="$line"); done < <(python 'transport_options()')
  mapfile -t sources < <(python "sources('$release')")
  say "creating a bare $suite with: $packages"
  # The transport options remain in the system, as if its administrator had set them.
  mmdebstrap --quiet --variant=minbase --mode=root --include="${packages// /,}" "${options[@]}" "$release" "$root" "${sources[@]}" >"$place/system.log" 2>&1 ||
    fail "mmdebstrap failed; its output ends with: $(tail -n 3 "$place/system.log")"
  [ "$suite" != ubuntu ] || print_ubuntu_release >"$root/usr/lib/os-release"
  cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
  [ ! -e /etc/pip.conf ] || cp /etc/pip.conf "$root/etc/"
  if compgen -G '/usr/local/share/ca-certificates/*.crt' >/dev/null; then
    cp /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/"
    chroot "$root" update-ca-certificates >>"$place/system.log" 2>&1
  fi
  git clone -q --no-hardlinks . "$root$checkout"
  git -C "$root$checkout" checkout -q --detach "$commit"
}

print_ubuntu_release() {
  printf '%s\n' 'PRETTY_NAME="Ubuntu 24.04.3 LTS"' 'NAME="Ubuntu"' 'VERSION_ID="24.04"' 'VERSION="24.04.3 LTS (Noble Numbat)"' \
    'VERSION_CODENAME=noble' 'ID=ubuntu' 'ID_LIKE=debian' 'UBUNTU_CODENAME=noble'
}

# Runs a command in the system. Its processes and mounts are removed when the command or this script ends, even if it is killed: they are
# in separate namespaces, whose first process is killed with its parent.
inside() {
  # shellcheck disable=SC2016 # expanded by the inner shell
  setpriv --pdeathsig KILL unshare --mount --pid --ipc --fork --kill-child --propagation private bash -euc '
    root=$1
    shift
    mount --bind "$root" "$root"
    mount -t proc proc "$root/proc"
    mount --rbind /sys "$root/sys"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
    mount -t tmpfs -o mode=755 tmpfs "$root/run"
    # Not exec: this shell is process 1, which reaps orphaned processes.
    chroot "$root" "$@"
  ' bash "$root" env -i "${variables[@]}" "$@" 9>&-
}

variables=(HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "TERM=${TERM:-dumb}")
for name in {http,https,ftp,all,no}_proxy {HTTP,HTTPS,FTP,ALL,NO}_PROXY AZLAB_DEBIAN_MIRROR AZLAB_DEBIAN_SECURITY_MIRROR ${FRESH_ENV:-}; do
  [ -z "${!name:-}" ] || variables+=("$name=${!name}")
done

version() { inside sh -c "cd $checkout && $1" 2>/dev/null | sed -n '1s/^[^0-9]*\([0-9.]*\).*/\1/p' || true; }

write_report() {
  jq -n --arg suite "$suite" --arg commit "$commit" --arg date "$(date -u +%F)" --arg tiers "${TIERS:-}" --argjson runs "$runs" \
    --arg python "$(version '.venv/bin/python -V')" --arg qemu "$(version 'qemu-system-x86_64 --version')" \
    --arg ansible_core "$(version '.venv/bin/ansible --version')" \
    '{suite: $suite, commit: $commit, date: $date, python: $python, qemu: $qemu, "ansible-core": $ansible_core, tiers: $tiers, runs: $runs}' >"$report"
}

commit=$(git rev-parse HEAD)
[ -z "$(git status --porcelain)" ] || say "uncommitted changes of this checkout are not included"
make_system
status=0
runs={}
for target in "$@"; do
  command="make $target"
  [ "$target" != test ] || [ -z "${TIERS:-}" ] || command="make test TIERS=\"$TIERS\""
  say "$command"
  begun=$SECONDS
  code=0
  # No pipeline: `inside` must be a child of this shell, to be killed with it.
  inside sh -c "cd $checkout && exec $command" </dev/null > >(exec tee -i "$place/$target.log") 2>&1 || code=$?
  wait $!
  seconds=$((SECONDS - begun))
  [ "$code" = 0 ] || status=1
  runs=$(jq --arg target "$target" --argjson seconds "$seconds" --argjson status "$code" '.[$target] = {seconds: $seconds, status: $status}' <<<"$runs")
  say "$command: exit status $code after $seconds s"
  write_report
done
say "written: ${report#"$PWD"/}"
exit "$status"
