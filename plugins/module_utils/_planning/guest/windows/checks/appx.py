# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of AppX packages: Sysprep refuses packages that one user has and new users would not get."""

from __future__ import annotations

from collections.abc import Iterator

from ....._core.checks import WARN
from ..facts import Package, Provisioned
from ..rule import Finding, Guest, Rule
from ..section import Unread

SERVER_CORE = "Server Core"


def packages(guest: Guest) -> Iterator[Finding]:
    """Packages of users that are not provisioned, or that are newer than what is provisioned."""
    if _cannot_answer(guest):
        yield Finding(
            "AppX packages could not be listed on this Server Core", "compare Get-AppxPackage -AllUsers yourself if you use any", WARN
        )
        return
    provisioned = {each.name.lower(): each for each in guest.facts.appx.provisioned.value}
    for package in guest.facts.appx.packages.value:
        if package.users and not package.part_of_windows:
            yield from _finding(package, provisioned.get(package.name.lower()))


def _cannot_answer(guest: Guest) -> bool:
    """Whether this is a Server Core without the commands: it has no desktop with packages."""
    unread = guest.facts.appx.packages.reason or guest.facts.appx.provisioned.reason
    return bool(unread) and guest.facts.machine.installation_type.value == SERVER_CORE


def _finding(package: Package, provisioned: Provisioned | None) -> Iterator[Finding]:
    mend = f"remove it for all users: Get-AppxPackage -AllUsers -Name {package.name} | Remove-AppxPackage -AllUsers"
    users = ", ".join(package.users)
    if provisioned is None:
        yield Finding(f"the AppX package {package.full_name} is installed for {users} and not provisioned for all users", mend)
    elif package.bundle == provisioned.bundle and _numbers(package.version) > _numbers(provisioned.version):
        yield Finding(
            f"the AppX package {package.full_name} of {users} is newer than the provisioned {provisioned.version}",
            f"{mend}; then Remove-AppxProvisionedPackage -Online",
        )


def _numbers(version: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in version.split("."))
    except ValueError as error:
        raise Unread(f"appx: {version} is not a version") from error


RULES = (
    Rule(
        "appx",
        "all AppX packages of users are provisioned",
        "Sysprep refuses the machine with 0x80073cf2",
        "https://learn.microsoft.com/troubleshoot/windows-client/setup-upgrade-and-drivers/sysprep-fails-remove-or-update-store-apps",
        (packages,),
    ),
)
