# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of software that keeps an identity of its own, and of Secure Boot's certificates. All of them warn."""

from __future__ import annotations

from collections.abc import Iterator

from ....._core.checks import WARN
from ..rule import Finding, Guest, Rule

SENSE = "Sense"
UPDATED = "Updated"
OFFBOARD = "offboard the machine with the script of your tenant, and onboard the machines that are made from the image"


def sense(guest: Guest) -> Iterator[Finding]:
    """A sensor of Defender for Endpoint that runs; Windows itself installs the service and does not start it."""
    service = guest.facts.software.services.value.get(SENSE)
    if service is not None and service.status == "Running":
        yield Finding(f"the service {SENSE} of Defender for Endpoint runs", OFFBOARD, WARN)


def onboarded(guest: Guest) -> Iterator[Finding]:
    """A machine that Defender for Endpoint knows."""
    if guest.facts.software.defender_onboarded.value:
        yield Finding("the machine is onboarded to Defender for Endpoint", OFFBOARD, WARN)


def sql_server(guest: Guest) -> Iterator[Finding]:
    """Instances of SQL Server that have the name of this machine in them."""
    for instance in guest.facts.software.sql_instances.value:
        if not instance.prepared:
            yield Finding(
                f"the instance {instance.name} of SQL Server was not installed by PrepareImage",
                "install it by PrepareImage, and complete it on each machine that is made from the image (CompleteImage)",
                WARN,
            )


def certificates(guest: Guest) -> Iterator[Finding]:
    """A machine with Secure Boot, such as one with Trusted Launch, that does not have the certificates of 2023 yet."""
    if guest.facts.machine.secure_boot.value and guest.facts.machine.uefica2023_status.value != UPDATED:
        status = guest.facts.machine.uefica2023_status.value or "missing"
        yield Finding(
            f"Secure Boot is on, and UEFICA2023Status is {status}, not {UPDATED}",
            "install the updates of Windows, and let it apply the certificates of 2023; NotStarted can also mean that it had them before",
            WARN,
        )


RULES = (
    Rule(
        "defender",
        "the machine is not onboarded to Defender for Endpoint",
        "Sysprep cannot remove the machine's id (senseGuid) and stops, or all machines from the image have the same id",
        "https://github.com/actions/runner-images/issues/9659",
        (sense, onboarded),
        forbids=False,
    ),
    Rule(
        "sql",
        "no instance of SQL Server is installed that was not prepared for images",
        "SQL Server keeps the name and the accounts of this machine",
        "https://learn.microsoft.com/sql/database-engine/install-windows/considerations-for-installing-sql-server-using-sysprep",
        (sql_server,),
        forbids=False,
    ),
    Rule(
        "secureboot",
        "Secure Boot is off, or has the certificates of 2023",
        "the certificates of 2011 expire from June 2026, and machines from the image would get no more updates of what starts Windows",
        "https://support.microsoft.com/topic/registry-key-updates-for-secure-boot-windows-devices-with-it-managed-updates-a7be69c9-4634-42e1-9ca1-df06f43f360d",
        (certificates,),
        forbids=False,
    ),
)
