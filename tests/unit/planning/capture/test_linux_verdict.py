# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict of the finalizer on the serial console of a Linux guest."""

from __future__ import annotations

import re

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.seal import Seal
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.evidence_of.linux import judge_console

VM_ID = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
TIME = "2026-11-22T10:30:00Z"
OK = f"GOLDENIMAGE-SEAL: OK vmId={VM_ID} time={TIME}"
BOOT = "\x1b[2J\x1b[01;01HGRUB loading.\r\n[    0.000000] Linux version 6.1.0-40-cloud-amd64\r\nweb1 login: \r\n"
SHUTDOWN = """
[  OK  ] Stopped target Multi-User System.
[\x1b[0;32m  OK  \x1b[0m] Reached target \x1b[0;1;39mumount.target\x1b[0m - Unmount All Filesystems.
         Unmounting tmp.mount - /tmp...
[   88.1] systemd-shutdown[1]: Syncing filesystems and block devices.
[   88.2] systemd-shutdown[1]: Sending SIGTERM to remaining processes...
[   88.3] systemd-shutdown[1]: All filesystems, swaps, loop devices, MD devices and DM devices detached.
[   88.4] sd 0:0:0:0: [sda] Synchronizing SCSI cache
[   88.5] EXT4-fs (sda1): re-mounted. Opts: (null). Quota mode: none.
[   88.6] sysrq: Emergency Sync
[   88.7] Emergency Sync complete
[   88.8] ACPI: PM: Preparing to enter system sleep state S5
[   88.9] reboot: Power down
""".replace("\n", "\r\n")


@pytest.mark.parametrize(
    "log",
    [
        OK,
        BOOT + OK + SHUTDOWN,
        f"{BOOT}{OK}[   88.9] reboot: Power down\r\n",
        BOOT + OK.replace("aaaaaaaa", "AAAAAAAA") + "\r\n\r\n\x00\r\n",
    ],
    ids=["alone", "a complete shutdown", "kernel on the same line", "vmId in capitals, then noise"],
)
def test_a_verdict_followed_by_nothing_but_the_shutdown_is_a_seal(log):
    assert judge_console(log, VM_ID).seal == Seal.of(VM_ID, TIME)


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        ("", "holds no verdict"),
        (BOOT + SHUTDOWN, "holds no verdict"),
        (BOOT + OK + SHUTDOWN + BOOT, "goes on after the verdict"),
        (BOOT + OK + SHUTDOWN + BOOT + SHUTDOWN, "goes on after the verdict"),
        (OK + "\r\nweb1 login: bob", "goes on after the verdict of 2026-11-22T10:30:00Z: 'web1 login: bob'"),
        (OK + "\n[  OK  ] Started ssh.service.", "goes on after the verdict"),
        (OK + "\n[  OK  ] Reached target multi-user.target.", "goes on after the verdict"),
        (OK.replace("aaaaaaaa", "ffffffff"), "about another VM .vmId ffffffff-"),
        (OK.replace("OK", "FAIL") + " reason=host keys are still there", "the finalizer refused: host keys are still there"),
        (OK + "\r\n" + OK.replace("OK", "FAIL") + " reason=x", "the finalizer refused: x"),
        (BOOT + OK[:60], "cut off"),
    ],
    ids=[
        "empty",
        "an ordinary shutdown",
        "started again",
        "started again, used, stopped",
        "a login",
        "a service started",
        "a target that is not part of a shutdown",
        "another VM's",
        "failed",
        "failed later",
        "cut off",
    ],
)
def test_anything_else_is_not_a_seal(log, reason):
    verdict = judge_console(log, VM_ID)
    assert verdict.seal is None
    assert re.search(reason, verdict.reason), verdict.reason


def test_only_the_last_verdict_counts():
    first = OK.replace("10:30:00", "09:00:00")
    assert judge_console(first + BOOT + OK + SHUTDOWN, VM_ID).seal == Seal.of(VM_ID, TIME)


STEP = "goldenimage-seal: 10:29:10 remove_traces\r\n"
NEXT = "goldenimage-seal: 10:29:40 check\r\n"
FAIL = OK.replace("OK", "FAIL") + " reason=check: no\r\n"


@pytest.mark.parametrize(
    ("log", "state", "is_awaited"),
    [
        ("", "silent", True),
        (BOOT, "silent", True),
        (BOOT + STEP, "sealing", True),
        (BOOT + STEP + NEXT + "[  OK  ] Stopped cron.service\r\n", "sealing", True),
        (FAIL + STEP, "sealing", True),
        (OK + SHUTDOWN + BOOT + STEP, "sealing", True),
        (BOOT + STEP + OK[:40], "silent", True),
        (BOOT + STEP + FAIL, "failed", False),
        (BOOT + STEP + FAIL + "[  OK  ] Started cron.service\r\nweb1 login: ", "failed", False),
        (BOOT + STEP + OK + SHUTDOWN, "sealed", False),
        (BOOT + STEP + OK + SHUTDOWN + BOOT, "silent", False),
        (BOOT + STEP + BOOT, "silent", True),
        (FAIL.replace("aaaaaaaa", "ffffffff"), "silent", False),
    ],
    ids=[
        "empty", "booted", "first step", "other output", "after a failed attempt", "started and sealed again", "cut off", "failed",
        "failed, services started", "sealed", "started again", "interrupted by a start", "another VM failed",
    ],
)  # fmt: skip
def test_a_console_tells_how_far_the_seal_is(log, state, is_awaited):
    verdict = judge_console(log, VM_ID)
    assert (verdict.state, verdict.is_awaited) == (state, is_awaited)
    assert verdict.as_result() == {"console": state, "reason": verdict.reason or None}
    assert bool(verdict.seal) == (state == "sealed")
