# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict of a Linux guest: the finalizer writes it to the serial console, and nothing but the shutdown may follow it there."""

from __future__ import annotations

import re

from ...._core.model.seal import MARK, Seal
from ...._core.model.vm import Vm
from ...._core.ports import Azure
from ..evidence import FAILED, SEALED, SEALING, SILENT, Verdict

_VERDICT = re.compile(
    rf"{MARK} (?P<word>OK|FAIL) vmId=(?P<vm_id>[0-9a-fA-F-]{{36}}) time=(?P<time>\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"
    r"(?: reason=(?P<reason>.*))?"
)
_NOISE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|[\x00-\x08\x0b-\x1f\x7f]")
_TIMESTAMP = re.compile(r"^\[\s*\d+\.\d+\]\s*(?:\[\s*T\d+\]\s*)?")
_STEP = re.compile(r"goldenimage-seal: \d\d:\d\d:\d\d \w+")
_START = re.compile(r"Linux version \d|GRUB|BdsDxe: ")

# Lines that a console may show after the finalizer has asked for power-off: systemd's shutdown and the last lines of the kernel.
# Any other line after the verdict means that the guest went on running.
_SHUTDOWN = re.compile(
    "|".join(
        (
            r"reboot: (?:Power down|System halted)",
            r"Power down\.?",
            r"ACPI: (?:PM: )?Preparing to enter system sleep state S5",
            r"(?:sd|sr) [\d:]+: \[\w+\] (?:Synchronizing SCSI cache|Stopping disk)",
            r"kvm: exiting hardware virtualization",
            r"sysrq: (?:Power Off|Emergency Sync|Emergency Remount R/O)",
            r"Emergency (?:Sync|Remount) complete",
            r"EXT4-fs \(\S+\): (?:re-mounted|unmounting filesystem)\b.*",
            r"XFS \(\S+\): (?:Unmounting Filesystem|Ending clean mount)\b.*",
            r"watchdog: watchdog\d+: watchdog did not stop!",
            r"printk: systemd-shutdow\w*: \d+ output lines suppressed due to ratelimiting",
            r"systemd-shutdown\[1\]: (?:Syncing|Sending SIG|Waiting for|Unmounting|Remounting|Deactivating|Detaching|Stopping|All |Not all"
            r"|Powering off|Using hardware watchdog|Watchdog running|Successfully changed).*",
            r"systemd\[1\]: (?:Shutting down|Powering off)\.?",
            r"\[\s*OK\s*\] (?:Stopped|Unmounted|Deactivated|Removed|Closed|Finished \S*(?:poweroff|shutdown)).*",
            r"\[\s*OK\s*\] Reached target \S*(?:shutdown|umount|final|poweroff).*",
            r"(?:Stopping|Unmounting|Deactivating) .*",
            r"Starting \S*systemd-poweroff.*",
        )
    )
)


def read_verdict(azure: Azure, vm: Vm) -> Verdict:
    """The verdict in the boot log that Azure keeps of the serial console, if boot diagnostics with managed storage are on."""
    if not vm.boot_diagnostics:
        return Verdict(reason="it has no boot log, since boot diagnostics with managed storage are off")
    return judge_console(azure.machines.boot_log(vm.id), vm.vm_id)


def judge_console(boot_log: str, vm_id: str) -> Verdict:
    """The verdict in the text of a console. Only the last one counts, and only if nothing but the shutdown follows it."""
    lines = [_NOISE.sub("", line).strip() for line in re.split(r"[\r\n]+", boot_log)]
    last = max((number for number, line in enumerate(lines) if MARK in line), default=-1)
    following = lines[last + 1 :]
    if _is_sealing(following):
        return Verdict(
            reason="its guest began to seal itself, and its boot log holds no verdict on that yet", state=SEALING, is_awaited=True
        )
    if last < 0:
        return Verdict(reason="its boot log holds no verdict of the finalizer", state=SILENT, is_awaited=True, is_empty=not any(lines))
    return _judge_line(lines[last], following, vm_id.lower())


def _is_sealing(lines: list[str]) -> bool:
    """Whether a finalizer is at work, or was interrupted: it has announced a step, and the machine was not started since."""
    marks = [bool(_STEP.search(line)) for line in lines if _STEP.search(line) or _START.search(line)]
    return bool(marks) and marks[-1]


def _judge_line(line: str, following: list[str], vm_id: str) -> Verdict:
    """The verdict in a line, with the lines after it."""
    found = _VERDICT.search(line)
    if found is None:
        return Verdict(reason="the verdict in its boot log is cut off", state=SILENT, is_awaited=not any(following))
    if found["vm_id"].lower() != vm_id:
        return Verdict(reason=f"the verdict in its boot log is about another VM (vmId {found['vm_id'].lower()})", state=SILENT)
    if found["word"] == "FAIL":
        return Verdict(reason=f"the finalizer refused: {found['reason'] or 'no reason given'}", state=FAILED)
    for each in (line[found.end() :], *following):
        rest = _TIMESTAMP.sub("", each.strip())
        if rest and not _SHUTDOWN.fullmatch(rest):
            return Verdict(reason=f"its boot log goes on after the verdict of {found['time']}: '{rest[:80]}'", state=SILENT)
    return Verdict(seal=Seal.of(vm_id, found["time"]), state=SEALED)
