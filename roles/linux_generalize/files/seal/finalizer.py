# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Seals this machine for capture: takes from it all that makes it itself, checks that nothing is left, says so, powers off.

It runs as root in a unit of its own and from memory (/run), so it leaves no trace and outlives the user who started it. Its story stands
in CHAPTERS. The verdict is one line on the serial console; a machine that failed stays on, so that it is never taken for a sealed one.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import glob
import mmap
import os
import pwd
import re
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

from machine import Machine, account_files_with, accounts, learn, password_hashes
from search import find, holders_of_marks, holders_of_names
from swap import swap_areas, wipe
from system import Unsealed, command_line, disk_mounts, os_mounts, processes, read, remove, rewrite, run, without
from traces import EMPTIED, HOME_TRACES, REMOVED, TRUNCATED_LOGS

PIECE = 4 << 20  # of zeros, at a time
CONSOLES = ("/dev/ttyS0", "/dev/ttyAMA0")
# A session that may still be at work here: a login over SSH (not the listener, nor somebody who has not got in) or on a console, or a
# module of Ansible however it came.
AT_WORK = re.compile(rb"^sshd(-session)?: (?!/|\[|unknown)\S+|^\S*login -|BECOME-SUCCESS-|AnsiballZ_|/ansible-tmp-")
FAILED_DEPROVISION = re.compile(r"Failed to run|Traceback|usage:", re.IGNORECASE)


# --- chapters


def wait_for_the_launcher(machine: Machine) -> None:
    """Begin only when nobody works here any more: what follows takes away their home, their keys and the journal."""
    ends = time.monotonic() + machine.wait
    while at_work := [line for line in map(command_line, processes()) if AT_WORK.search(line)]:
        if time.monotonic() > ends:
            busy = at_work[0].decode(errors="replace")[:60]
            raise Unsealed(f"after {machine.wait} s somebody still worked here ({busy}); nothing was stripped")
        time.sleep(0.5)


def stop_the_others(machine: Machine) -> None:
    """Stop every unit that could write, the journal and the login prompts too, then end what is left."""
    if "(deleted)" in read("/proc/1/maps"):
        run("systemctl", "daemon-reexec")  # it still ran from replaced files: the root could not become read-only
    for kind, state in (("timer,path,automount", "active"), ("socket", "active"), ("service,scope", "running")):
        listed = run("systemctl", "list-units", "--plain", "--no-legend", f"--type={kind}", f"--state={state}").split("\n")
        units = [line.split()[0] for line in listed if line and not line.startswith(("goldenimage-seal.", "init.scope"))]
        if units:
            subprocess.run(["systemctl", "stop", *units], capture_output=True, check=False, timeout=300)  # some refuse: killed below
    for _attempt in range(20):
        others = [pid for pid in processes() if pid not in (1, os.getpid()) and command_line(pid)]  # the kernel's have no command
        for pid in others:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        if not others:
            return
        time.sleep(0.25)
    raise Unsealed(f"{len(others)} process(es) could not be ended: {command_line(others[0]).decode(errors='replace')[:60]}")


def deprovision(machine: Machine) -> None:
    """Let the agent take back its own. It ends with 0 whatever happens, so its words count."""
    resolver = os.readlink("/etc/resolv.conf") if os.path.islink("/etc/resolv.conf") else None
    spoken = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    done = subprocess.run(["waagent", "-force", "-deprovision"], check=False, timeout=300, **spoken)
    if done.returncode or FAILED_DEPROVISION.search(done.stdout):
        raise Unsealed(f"waagent -deprovision ended with {done.returncode} and the words: {done.stdout[-200:]}")
    if resolver and not os.path.lexists("/etc/resolv.conf"):
        os.symlink(resolver, "/etc/resolv.conf")


def remove_the_accounts(machine: Machine) -> None:
    """Every person's account goes, with home, mail, jobs and rights."""
    for user in machine.users:
        home = pwd.getpwnam(user).pw_dir
        subprocess.run(["userdel", "--force", "--remove", user], capture_output=True, check=False)  # complains of a missing mail box too
        for place in ("/var/spool/cron/crontabs", "/var/mail", "/var/lib/systemd/linger", "/var/lib/AccountsService/users"):
            remove(f"{place}/{user}")
        if home.startswith("/home/"):
            remove(home)
    owners = {0, *(entry.pw_uid for entry in pwd.getpwall())}
    for home in glob.glob("/home/*"):
        if os.lstat(home).st_uid not in owners:  # of an account removed earlier
            remove(home)
    for path in ("/etc/sudoers", *glob.glob("/etc/sudoers.d/*")):
        rewrite(path, lambda line: None if line.split()[:1] and line.split()[0] in machine.users else line)
    if not root_is_locked():
        run("usermod", "--password", "*", "root")


def strip(machine: Machine) -> None:
    """Identity, secrets, history, logs, caches, names."""
    homes = ["/root", *(entry.pw_dir for entry in accounts())]
    traces = [f"{home}/{trace}" for home in homes for trace in HOME_TRACES]
    for pattern in (*REMOVED, *traces, *machine.extra, *(f"{home}/.ssh" for home in service_homes(machine))):
        for path in glob.glob(pattern):
            remove(path)
    for folder in EMPTIED:
        for name in os.listdir(folder) if os.path.isdir(folder) else ():
            if not os.path.ismount(f"{folder}/{name}"):
                remove(f"{folder}/{name}")
    for folder, _below, names in os.walk("/var/log"):
        for name in names:
            if name in TRUNCATED_LOGS:
                os.truncate(f"{folder}/{name}", 0)
            else:
                os.unlink(f"{folder}/{name}")
    Path("/etc/hostname").write_text("localhost\n")
    rewrite("/etc/hosts", lambda line: without(line, machine.names))
    rewrite("/etc/mailname", lambda line: "localhost" if line.split(".")[0] in machine.names else line)
    rewrite("/etc/fstab", lambda line: None if "comment=cloudconfig" in line else line)  # the temporary disk of this VM


def wipe_free_space(machine: Machine) -> None:
    """Overwrite what deleted files left, then hand the space back. Trimming alone may skip small pieces."""
    os.sync()
    for device, place in os_mounts():
        if machine.wipe:
            fill(device, place)
        subprocess.run(["fstrim", place], capture_output=True, check=False)  # not every disk can


def wipe_swap(machine: Machine) -> None:
    """Memory that was swapped out lies on the disk: keys and passwords too. The areas stay, under their own UUID, without content."""
    for area in swap_areas():
        wipe(area)


def forget_the_machine_id(machine: Machine) -> None:
    """An empty file lets systemd make a new one without the rest of a first boot. Zeros first, so that its block does not keep it."""
    with open("/etc/machine-id", "r+b", buffering=0) as file:
        file.write(b"\0" * 33)
        os.fsync(file.fileno())
        file.truncate(0)


def check(machine: Machine) -> None:
    """Look for everything once more: by wider patterns than those that removed it, and by what only this machine can have written."""
    kept_homes = tuple(f"{entry.pw_dir}/" for entry in accounts())
    wrong = [f"account {entry.pw_name}" for entry in accounts() if entry.pw_name not in machine.keep]
    wrong += [f"a name of it in {path}" for path in account_files_with(machine.users)]
    wrong += [f"password of {user}" for user in password_hashes(machine.keep)]
    wrong += [] if root_is_locked() else ["root can log in by a password"]
    wrong += [f"{folder} is not empty" for folder in EMPTIED if os.path.isdir(folder) and os.listdir(folder)]
    wrong += [path for pattern in (*REMOVED, *machine.extra) for path in glob.glob(pattern)]
    wrong += [path for path in find("-type", "f", "-name", ".*_history") if os.path.getsize(path)]
    wrong += [path for path in find("-type", "f", "-name", "authorized_keys*") if not path.startswith(("/usr/", *kept_homes))]
    wrong += find("-path", "/var/log/*", "-type", "f", "-size", "+0")
    wrong += ["/etc/machine-id"] if os.path.getsize("/etc/machine-id") else []
    wrong += [f"{path} still knows this machine" for path in sorted({*holders_of_marks(machine), *holders_of_names(machine)})]
    if wrong:
        raise Unsealed(f"{len(wrong)} trace(s) left: {'; '.join(wrong[:5])}")


def settle(machine: Machine) -> None:
    """Bring everything to the disk and let nothing follow: what was checked is what will be captured."""
    os.sync()
    places = [place for device, place in reversed(disk_mounts())]
    for attempt in range(20):
        failed = [
            place for place in places if subprocess.run(["mount", "-o", "remount,ro", place], capture_output=True, check=False).returncode
        ]
        if not failed:
            return
        stop_the_others(machine) if attempt == 10 else time.sleep(0.5)
    raise Unsealed(f"{', '.join(failed)} could not be made read-only: something still writes there")


CHAPTERS = (
    wait_for_the_launcher,
    stop_the_others,
    deprovision,
    remove_the_accounts,
    strip,
    wipe_free_space,
    wipe_swap,
    forget_the_machine_id,
    check,
    settle,
)


# --- accounts


def root_is_locked() -> bool:
    """Whether no password opens root's account; an empty field would let anybody in."""
    return any(line.split(":")[1].startswith(("*", "!")) for line in read("/etc/shadow").splitlines() if line.startswith("root:"))


def service_homes(machine: Machine) -> list[str]:
    """Homes of the system's own accounts: keys in them let people in as much as those of people."""
    people = {entry.pw_name for entry in accounts()}
    homes = {entry.pw_dir for entry in pwd.getpwall() if entry.pw_name not in people and entry.pw_name not in machine.keep}
    return sorted(home for home in homes if os.path.isdir(f"{home}/.ssh"))


# --- free space


def fill(device: str, place: str) -> None:
    """Write zeros until the file system is full; with them in place trim what could not be filled, then give the space back."""
    reserve = Path("/sys/fs/ext4", Path(f"/sys/dev/block/{device}").resolve().name, "reserved_clusters")
    if os.access(reserve, os.W_OK):
        reserve.write_text("0")  # ext4 holds back up to 16 MiB even from root; the number lasts until the next mount
    filler, zeros = Path(place, ".goldenimage-zeros"), mmap.mmap(-1, PIECE)
    try:
        file = open_directly(str(filler))
        for size in (PIECE, 4096):
            try:
                while os.write(file, memoryview(zeros)[:size]):
                    pass
            except OSError as error:
                if error.errno not in (errno.ENOSPC, errno.EFBIG):  # vfat ends a file at 4 GiB
                    raise
        os.fsync(file)
        os.close(file)
        subprocess.run(["fstrim", place], capture_output=True, check=False)
    finally:
        filler.unlink()
    os.sync()


def open_directly(path: str) -> int:
    """A new file that is written past the page cache where the file system can: on a small machine that costs a fraction."""
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
    try:
        return os.open(path, flags | os.O_DIRECT, 0o600)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    return os.open(path, flags, 0o600)


# --- the verdict


def say(line: str) -> None:
    """One whole line on the serial console, out of the machine before this returns."""
    console = os.open(next(path for path in CONSOLES if os.path.exists(path)), os.O_WRONLY | os.O_NOCTTY | os.O_APPEND)
    os.write(console, f"\r\n{line}\r\n".encode())
    if os.isatty(console):
        termios.tcdrain(console)
    os.close(console)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--vm-id", required=True)
    parser.add_argument("--wait", type=int, default=120)
    parser.add_argument("--wipe", action="store_true")
    parser.add_argument("--keep", action="append", default=[])
    parser.add_argument("--remove", action="append", default=[])
    options = parser.parse_args()
    chapter, failure = None, None
    try:
        machine = learn(options)
        for chapter in CHAPTERS:
            told = f"goldenimage-seal: {time.strftime('%H:%M:%S')} {chapter.__name__}"
            print(told, flush=True)
            say(told)
            chapter(machine)
    except Exception as error:  # whatever went wrong, the console must hear of it
        failure = " ".join(f"{chapter.__name__ if chapter else 'learn'}: {error}".split())
    verdict = f"vmId={options.vm_id} time={time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())}"
    if failure:
        say(f"GOLDENIMAGE-SEAL: FAIL {verdict} reason={failure}")
        subprocess.run(["systemctl", "--no-block", "start", "default.target", "timers.target"], check=False)  # what still can, comes back
        return 1
    if os.access("/proc/sys/kernel/printk", os.W_OK):
        Path("/proc/sys/kernel/printk").write_text("1")  # after the verdict only the kernel's farewell
    say(f"GOLDENIMAGE-SEAL: OK {verdict}")
    return subprocess.run(["systemctl", "--force", "--force", "poweroff"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
