# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The seal: the finalizer's verdict on the serial console, and what of it is kept in a tag of the VM.

A seal is good while nothing has happened since. Two things can show that: the boot log itself, where nothing but a shutdown
may follow the verdict; and, once the VM is deallocated, the time at which its OS disk came to rest.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from datetime import datetime

from ..times import format_time, parse_time

_VERDICT = re.compile(
    r"GOLDENIMAGE-SEAL: (?P<word>OK|FAIL) vmId=(?P<vm_id>[0-9a-fA-F-]{36}) time=(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"
    r"(?: reason=(?P<reason>.*))?"
)
_MARK = "GOLDENIMAGE-SEAL:"
_NOISE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|[\x00-\x08\x0b-\x1f\x7f]")
_TIMESTAMP = re.compile(r"^\[\s*\d+\.\d+\]\s*(?:\[\s*T\d+\]\s*)?")

# What a console may still say once the finalizer has asked for power-off: systemd's shutdown and the kernel's own last lines.
# Anything else after the verdict means that the guest lived on.
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


@dataclass(frozen=True)
class Seal:
    """A good verdict, as kept in a tag of the VM.

    ``time`` is the text of the verdict; ``digest`` covers the line that holds it, and so is bound to the VM id. ``ownership`` is the time
    at which the OS disk came to rest after the verdict; None until the VM was deallocated.
    """

    time: str
    digest: str
    ownership: datetime | None = None

    @classmethod
    def of(cls, vm_id: str, time: str) -> Seal:
        """The seal of one VM at one time."""
        line = f"{_MARK} OK vmId={vm_id} time={time}"
        return cls(time, "sha256:" + hashlib.sha256(line.encode()).hexdigest())

    @classmethod
    def from_tag(cls, value: str | None, vm_id: str) -> Seal | None:
        """The seal that an earlier run kept, or None for anything that is not a seal of this VM."""
        try:
            kept = json.loads(value or "")
            seal = cls(str(kept["time"]), str(kept["digest"]), parse_time(kept.get("ownership")))
        except (ValueError, TypeError, KeyError, AttributeError):
            return None
        return seal if seal.digest == cls.of(vm_id, seal.time).digest else None

    @property
    def moment(self) -> datetime | None:
        """The time of the verdict; None if it is not known yet, as in check mode."""
        return parse_time(self.time)

    def as_tag(self) -> str:
        """The value of the tag: at most 256 characters."""
        kept = {"time": self.time, "digest": self.digest} | ({"ownership": format_time(self.ownership)} if self.ownership else {})
        return json.dumps(kept, separators=(",", ":"))

    def stamped(self, ownership: datetime | None) -> Seal:
        """The same seal, bound to the time at which the OS disk came to rest."""
        return replace(self, ownership=ownership)


@dataclass(frozen=True)
class Verdict:
    """What a boot log says about a seal: a good ``seal``, or the ``reason`` why there is none."""

    seal: Seal | None = None
    reason: str = ""


def read_verdict(boot_log: str, vm_id: str) -> Verdict:
    """Judge a boot log. Only the last verdict counts, and only while nothing but the shutdown follows it."""
    lines = [_NOISE.sub("", line).strip() for line in re.split(r"[\r\n]+", boot_log)]
    last = max((number for number, line in enumerate(lines) if _MARK in line), default=None)
    if last is None:
        return Verdict(reason="its boot log holds no verdict of the finalizer")
    found = _VERDICT.search(lines[last])
    if found is None:
        return Verdict(reason="the verdict in its boot log is cut off")
    if found["vm_id"].lower() != vm_id.lower():
        return Verdict(reason=f"the verdict in its boot log is about another VM (vmId {found['vm_id'].lower()})")
    if found["word"] == "FAIL":
        return Verdict(reason=f"the finalizer refused: {found['reason'] or 'no reason given'}")
    for line in (lines[last][found.end() :], *lines[last + 1 :]):
        rest = _TIMESTAMP.sub("", line.strip())
        if rest and not _SHUTDOWN.fullmatch(rest):
            return Verdict(reason=f"its boot log goes on after the verdict of {found['time']}: '{rest[:80]}'")
    return Verdict(seal=Seal.of(vm_id.lower(), found["time"]))
