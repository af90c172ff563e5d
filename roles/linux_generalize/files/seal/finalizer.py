# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Seals this machine for capture: removes everything that identifies it, checks that nothing is left, writes a verdict and powers off.

With `--rehearse` it prints its report, changes nothing and exits; see rehearsal.py.

It runs as root in a systemd unit of its own and from memory (/run), so that it leaves no trace and outlives the account that started it.
STEPS lists what it does, in order. The verdict is one line on the serial console. A machine that failed stays on, so that it is never
mistaken for a sealed one.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import termios
import time
from pathlib import Path

from cloud_init import reset_cloud_init
from filesystems import make_read_only, overwrite_free_space, remove_zeros_of_a_dead_run
from immutable import lift_attributes, restore_attributes
from machine import read_identity
from memory import recall_identity, remember_identity
from package_managers import wait_for_package_managers
from processes import stop_everything_else, wait_for_sessions
from rehearsal import rehearse, require_rehearsal
from removal import clear_machine_id, deprovision_agent, remove_accounts, remove_traces
from renewal import install_renewal_units
from search import check
from shares import detach_shares
from swap import wipe_swap

STEPS = (
    wait_for_sessions,
    wait_for_package_managers,
    remove_zeros_of_a_dead_run,
    require_rehearsal,
    remember_identity,
    stop_everything_else,
    detach_shares,
    lift_attributes,
    wipe_swap,
    reset_cloud_init,
    install_renewal_units,
    deprovision_agent,
    remove_accounts,
    remove_traces,
    overwrite_free_space,
    clear_machine_id,
    check,
    restore_attributes,
    make_read_only,
)
CONSOLES = ("/dev/ttyS0", "/dev/ttyAMA0")


def main() -> int:
    """Rehearse, or run all steps and write the verdict; returns the exit status."""
    options = parse_options()
    if options.rehearse:
        json.dump(rehearse(recall_identity(read_identity(options))), sys.stdout)
        return 0
    failure = failure_of_the_steps(options)
    verdict = f"vmId={options.vm_id} time={time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())}"
    if failure:
        write_to_console(f"GOLDENIMAGE-SEAL: FAIL {verdict} reason={failure}")
        # Bring back what still can start: the owner of the machine has to look for the reason.
        subprocess.run(["systemctl", "--no-block", "start", "default.target", "timers.target"], check=False)
        return 1
    if os.access("/proc/sys/kernel/printk", os.W_OK):
        Path("/proc/sys/kernel/printk").write_text("1")  # after the verdict, only kernel emergencies reach the console
    write_to_console(f"GOLDENIMAGE-SEAL: OK {verdict}")
    return subprocess.run(["systemctl", "--force", "--force", "poweroff"], check=False).returncode


def parse_options() -> argparse.Namespace:
    """The options that the role gives; those with a list as their default can be repeated."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--vm-id", required=True)
    parser.add_argument("--rehearse", action="store_true")
    parser.add_argument("--disks", choices=("all", "os"), default="all")
    parser.add_argument("--waive", action="append", default=[])
    parser.add_argument("--wait", type=int, default=120)
    parser.add_argument("--wipe", action="store_true")
    parser.add_argument("--keep", action="append", default=[])
    parser.add_argument("--keep-folder", action="append", default=[])
    parser.add_argument("--remove", action="append", default=[])
    return parser.parse_args()


def failure_of_the_steps(options: argparse.Namespace) -> str | None:
    """Announce and run each step; the name of the step that failed with its reason, or None if all succeeded."""
    name = read_identity.__name__
    try:
        machine = recall_identity(read_identity(options))
        for step in STEPS:
            name = step.__name__
            line = f"goldenimage-seal: {time.strftime('%H:%M:%S')} {name}"
            print(line, flush=True)
            write_to_console(line)
            step(machine)
    except Exception as error:  # every failure must reach the console, which is all that can be read from outside
        return " ".join(f"{name}: {error}".split())
    return None


def write_to_console(line: str) -> None:
    """Write one line to the serial console, and wait until it has left the machine."""
    console = os.open(next(path for path in CONSOLES if os.path.exists(path)), os.O_WRONLY | os.O_NOCTTY | os.O_APPEND)
    os.write(console, f"\r\n{line}\r\n".encode(errors="replace"))
    if os.isatty(console):
        termios.tcdrain(console)
    os.close(console)


if __name__ == "__main__":
    sys.exit(main())
