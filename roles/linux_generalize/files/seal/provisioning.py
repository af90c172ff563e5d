# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks whether a clone can be provisioned by Azure: drivers that must be allowed to load, the agent, and the serial console."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence

from cloud_init import kernel_arguments, unit_states
from machine import Machine
from report import WARN, Check, Finding
from system import read

DRIVERS = {
    "udf": "the file system of the provisioning media",
    "sr_mod": "the drive of the provisioning media",
    "cdrom": "the drive of the provisioning media",
    "vfat": "the EFI system partition",
    "hv_vmbus": "the bus of all devices of Hyper-V",
    "hv_storvsc": "the disks",
    "hv_netvsc": "the network card",
    "nvme": "the disks of sizes with NVMe",
}
"""The drivers that a clone needs, with what each is for."""
LOADERS = ("modprobe", "insmod")
AGENT_UNITS = ("walinuxagent.service", "waagent.service")
CONSOLE = re.compile(r"(?:^|\s)console=tty(?:S0|AMA0)(?:[,\s]|$)")
CONSOLES = ("/dev/ttyS0", "/dev/ttyAMA0")


def refused_drivers(machine: Machine) -> Iterator[Finding]:
    """Drivers that must not be loaded by what modprobe makes of all of its files and of the kernel's arguments together."""
    for name, reason in refusals(modprobe_settings(), kernel_arguments()):
        yield Finding(f"{reason} keeps {name} from being loaded, which is for {DRIVERS[name]}")


def modprobe_settings() -> str:
    """The settings of modprobe: files in /etc hide those of the same name elsewhere. It also knows modprobe.blacklist= of the kernel."""
    done = subprocess.run(["modprobe", "--showconfig"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return done.stdout


def refusals(text: str, arguments: str) -> Iterator[tuple[str, str]]:
    """The drivers that settings or the kernel's arguments refuse, each with the setting."""
    for line in text.splitlines():
        words = line.split(None, 2)
        name = words[1].replace("-", "_") if len(words) > 1 else ""
        if name in DRIVERS and words[0] == "blacklist":
            yield name, f"'blacklist {name}' in the settings of modprobe"
        elif name in DRIVERS and words[0] == "install" and not any(loader in line for loader in LOADERS):
            yield name, f"'{' '.join(line.split())[:60]}' in the settings of modprobe"
    for found in re.findall(r"(?:^|\s)module_blacklist=(\S+)", arguments):
        for name in (each.replace("-", "_") for each in found.split(",")):
            if name in DRIVERS:
                yield name, "module_blacklist= of the kernel's arguments"


def wrong_agent(machine: Machine) -> Iterator[Finding]:
    """Why the agent would not leave the provisioning to cloud-init, or would not run at all."""
    if not shutil.which("waagent"):
        yield Finding("the Azure Linux agent (waagent) is not installed")
        return
    provisioner = agent_settings(read("/etc/waagent.conf")).get("Provisioning.Agent", "auto").lower()
    if provisioner not in ("auto", "cloud-init"):
        yield Finding(f"Provisioning.Agent is {provisioner} in /etc/waagent.conf")
    states = list(unit_states(AGENT_UNITS))
    if not states:
        yield Finding(f"the agent has no service ({' or '.join(AGENT_UNITS)})")
    yield from (Finding(f"{unit} is {state}") for unit, state in states if state in ("masked", "masked-runtime", "disabled", "bad"))


def agent_settings(text: str) -> dict[str, str]:
    """The settings of the agent, read as it does itself: the last line of a name wins, and quotes do not count."""
    rows = (line.split("=", 1) for line in text.split("\n") if "=" in line and not line.startswith("#"))
    return {key.strip(): value.split("#")[0].strip('" ').strip() for key, value in rows}


def unused_console(machine: Machine) -> Iterator[Finding]:
    """Why a later start of the sealed machine would not show on the serial console."""
    if not CONSOLE.search(kernel_arguments()):
        yield Finding("the kernel was started without console=ttyS0 (or ttyAMA0)")
    if not any(map(os.path.exists, CONSOLES)):
        yield Finding(f"there is no serial console ({' or '.join(CONSOLES)})")
    if read("/etc/default/grub") and not CONSOLE.search(next_arguments()):
        yield Finding("GRUB's menu has no entry with console=ttyS0 (or ttyAMA0) for the next start", WARN)


def next_arguments() -> str:
    """The kernel's arguments in GRUB's menu; the serial console of this start, if the menu holds none."""
    menus = " ".join(read(path) for path in ("/boot/grub/grub.cfg", "/boot/grub2/grub.cfg"))
    lines = re.findall(r"^\s*linux\S*\s.*$", menus, re.MULTILINE)
    return "\n".join(lines) or kernel_arguments()


CHECKS: Sequence[Check] = (
    Check(
        id="provisioning_media",
        fine="the drivers that a clone needs may be loaded",
        why="a clone would not find its disks, its network or its provisioning media, and its provisioning would time out",
        mend="remove that setting, and build the initramfs again",
        source="https://learn.microsoft.com/en-us/azure/virtual-machines/linux/create-upload-generic",
        look=refused_drivers,
    ),
    Check(
        id="provisioning_agent",
        fine="the Azure Linux agent runs and leaves the provisioning to cloud-init",
        why="the provisioning of a clone would fail or never be reported to Azure",
        mend="install and enable the agent, and set Provisioning.Agent=auto; goldenimage.azure.linux_prepare does",
        source="https://github.com/Azure/WALinuxAgent#configuration-file-options",
        look=wrong_agent,
    ),
    Check(
        id="serial_console",
        fine="the kernel writes to the serial console",
        why="a seal is trusted only if a later start would show on the serial console",
        mend="run goldenimage.azure.linux_prepare and restart the VM",
        source="docs/seal-protocol.md",
        look=unused_console,
    ),
)
