# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of drivers, agent and serial console, with the texts that they read on a guest."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

Load = Callable[[str], ModuleType]


@pytest.mark.parametrize(("text", "arguments", "names"), [
    ("blacklist udf\n", "", ["udf"]),
    ("blacklist pcspkr\ninstall cramfs /bin/false\n", "", []),
    ("install udf /usr/bin/false\n", "", ["udf"]),
    ("install vfat  /bin/true\n", "", ["vfat"]),
    ("install udf /bin/sh -c 'exit 1'\n", "", ["udf"]),
    ("install sr_mod /sbin/modprobe --ignore-install sr_mod\n", "", []),
    ("blacklist hv-netvsc\n", "", ["hv_netvsc"]),
    ("", "ro module_blacklist=floppy,hv_storvsc", ["hv_storvsc"]),
])  # fmt: skip
def test_a_refused_driver_is_found(load: Load, text: str, arguments: str, names: list[str]) -> None:
    assert [name for name, _reason in load("provisioning").refusals(text, arguments)] == names


@pytest.mark.parametrize(("text", "units", "blockers"), [
    ("Provisioning.Agent=auto\n", "enabled", 0),
    ('Provisioning.Agent = "cloud-init" # as Azure wants it\n', "enabled", 0),
    ("# Provisioning.Agent=waagent\n", "enabled", 0),
    ("Provisioning.Agent=auto\nProvisioning.Agent=waagent\n", "enabled", 1),
    ("Provisioning.Agent=disabled\n", "enabled", 1),
    ("Provisioning.Agent=auto\n", "masked", 1),
    ("Provisioning.Agent=auto\n", "", 1),
])  # fmt: skip
def test_the_agent_leaves_the_provisioning_to_cloud_init(
    load: Load, monkeypatch: pytest.MonkeyPatch, text: str, units: str, blockers: int
) -> None:
    room = load("provisioning")
    monkeypatch.setattr(room.shutil, "which", lambda name: f"/usr/sbin/{name}")
    monkeypatch.setattr(room, "read", lambda path: text)
    monkeypatch.setattr(room, "unit_states", lambda names: [("walinuxagent.service", units)] if units else [])
    assert len(list(room.wrong_agent(None))) == blockers


@pytest.mark.parametrize(("arguments", "menu", "verdicts"), [
    ("ro console=tty0 console=ttyS0,115200n8", "  linux /vmlinuz ro console=ttyS0\n", []),
    ("ro console=ttyAMA0", "", []),
    ("ro quiet", "  linux /vmlinuz ro console=ttyS0\n", ["block"]),
    ("ro console=ttyS01", "  linux /vmlinuz ro console=ttyS0\n", ["block"]),
    ("ro console=ttyS0", "  linux /vmlinuz ro quiet\n", ["warn"]),
])  # fmt: skip
def test_a_start_shows_on_the_serial_console(
    load: Load, monkeypatch: pytest.MonkeyPatch, arguments: str, menu: str, verdicts: list[str]
) -> None:
    room = load("provisioning")
    monkeypatch.setattr(room, "kernel_arguments", lambda: arguments)
    monkeypatch.setattr(room, "CONSOLES", ("/dev/null",))
    monkeypatch.setattr(room, "read", lambda path: {"/etc/default/grub": "x", "/boot/grub/grub.cfg": menu}.get(path, ""))
    assert [finding.verdict for finding in room.unused_console(None)] == verdicts
