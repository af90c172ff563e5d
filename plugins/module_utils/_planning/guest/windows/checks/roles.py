# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of the roles of a server, and of the conditions under which Sysprep supports them."""

from __future__ import annotations

from collections.abc import Iterator

from ....._core.checks import BLOCK, OK, WARN
from .. import server_roles
from ..facts import CLIENT, Feature
from ..rule import Finding, Guest, Rule
from ..server_roles import HYPER_V, NPAS, TABLE, WDS, WEB_SERVER, ServerRole, basis

ROLE = "Role"
ROWS = {row.feature.lower(): row for row in TABLE if row.feature}
ELSEWHERE = "make a machine without the role, and install the role on the machines that are made from the image"


def support(guest: Guest) -> Iterator[Finding]:
    """The support of each installed role, by the table of Microsoft."""
    for feature in _installed(guest):
        row = ROWS.get(feature.name.lower())
        if row is not None:
            yield _judged(row, guest.facts.machine.build.value)
        elif feature.kind == ROLE:
            yield _undocumented(feature.display_name)


def hyper_v(guest: Guest) -> Iterator[Finding]:
    """Virtual networks of Hyper-V."""
    if _has(guest, HYPER_V) and guest.facts.software.virtual_switches.value:
        names = ", ".join(guest.facts.software.virtual_switches.value)
        yield Finding(f"Hyper-V has virtual networks: {names}", "delete them (Remove-VMSwitch)")


def deployment_services(guest: Guest) -> Iterator[Finding]:
    """Windows Deployment Services that are initialized."""
    if _has(guest, WDS) and guest.facts.software.wds_initialized.value:
        yield Finding("Windows Deployment Services are initialized", "run wdsutil /uninitialize-server")


def web_server(guest: Guest) -> Iterator[Finding]:
    """Credentials of IIS that are encrypted with a key of this machine."""
    if _has(guest, WEB_SERVER) and guest.facts.software.iis_encrypted.value:
        places = ", ".join(guest.facts.software.iis_encrypted.value)
        yield Finding(
            f"applicationHost.config has encrypted credentials: {places}", "remove them, and set them on the machines that are made"
        )


def radius_clients(guest: Guest) -> Iterator[Finding]:
    """RADIUS clients of the network policy server."""
    if _has(guest, NPAS) and guest.facts.software.radius_clients.value:
        names = ", ".join(guest.facts.software.radius_clients.value)
        yield Finding(f"the network policy server has RADIUS clients: {names}", "remove them")


def _installed(guest: Guest) -> tuple[Feature, ...]:
    """The features of a server; a client has none."""
    if guest.facts.machine.product_type.value == CLIENT:
        return ()
    return guest.facts.software.features.value or ()


def _has(guest: Guest, feature: str) -> bool:
    return any(each.name.lower() == feature.lower() for each in _installed(guest))


def _judged(row: ServerRole, build: int) -> Finding:
    supported = row.support(build)
    if row.feature == server_roles.ALWAYS_INSTALLED or supported == server_roles.YES:
        condition = f", if {row.condition}" if row.condition else ""
        return Finding(f"Sysprep supports the role {row.name}{condition} ({basis(build)})", "", OK)
    if supported == server_roles.NO:
        return Finding(f"Sysprep does not support the role {row.name} ({basis(build)})", ELSEWHERE, BLOCK)
    return _undocumented(row.name)


def _undocumented(role: str) -> Finding:
    return Finding(
        f"whether Sysprep supports the role {role} is not documented",
        f"try what the role does on a machine from the image, or {ELSEWHERE}",
        WARN,
    )


RULES = (
    Rule(
        "roles",
        "the machine does not have a server role that Sysprep would damage",
        "the role may not function on machines that are made from the image",
        server_roles.SOURCE,
        (support,),
    ),
    Rule(
        "roleprereq",
        "the conditions under which Sysprep supports the installed roles are met",
        "the role does not function on machines that are made from the image",
        server_roles.SOURCE,
        (hyper_v, deployment_services, web_server, radius_clients),
    ),
)
