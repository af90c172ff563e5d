# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The license types that a VM from a Marketplace image can have, as far as Microsoft's documentation names the image."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from ..._core.model.marketplace import Sku

_DOCS = "https://learn.microsoft.com/azure/virtual-machines"
_LINUX = f"{_DOCS}/linux/azure-hybrid-benefit-linux"
_WINDOWS = f"{_DOCS}/windows/hybrid-use-benefit-licensing"
_ANY = ".*"
_RHEL = ("RHEL_BASE", "RHEL_EUS", "RHEL_SAPAPPS", "RHEL_SAPHA", "RHEL_BASESAPAPPS", "RHEL_BASESAPHA")
_SLES = r"\d+-(sp\d+|\d+)(-hardened)?(-basic)?(-x86-64|-arm64)?"


class Row(NamedTuple):
    """Images, by patterns that match their names as a whole in any case, their license types, and the page that says so."""

    publisher: str
    offer: str
    sku: str
    types: tuple[str, ...]
    source: str


TABLE = (
    Row("MicrosoftWindowsServer", _ANY, _ANY, ("Windows_Server",), _WINDOWS),
    Row("MicrosoftSQLServer", r".*-ws20\d\d.*", _ANY, ("Windows_Server",), _WINDOWS),
    Row("MicrosoftVisualStudio", _ANY, r".*-ws20\d\d.*", ("Windows_Server",), _WINDOWS),
    Row("MicrosoftWindowsDesktop", _ANY, _ANY, ("Windows_Client",), f"{_DOCS}/windows/windows-desktop-multitenant-hosting-deployment"),
    Row("RedHat", "rhel-byos", _ANY, _RHEL, _LINUX),
    Row("RedHat", r"rhel(-20190605|-sap-apps|-sap-ha|-ha|-arm64|-cvm|-raw)?|rh-rhel", _ANY, ("RHEL_BYOS",), _LINUX),
    Row("SUSE", rf"sles-{_SLES}-byos", _ANY, ("SLES",), _LINUX),
    Row("SUSE", rf"sles-sap-{_SLES}-byos", _ANY, ("SLES_SAP",), _LINUX),
    Row("SUSE", rf"sles-hpc-{_SLES}-byos", _ANY, ("SLES_HPC",), _LINUX),
    Row("SUSE", rf"sles-(sap-)?{_SLES}", _ANY, ("SLES_BYOS",), _LINUX),
    Row(
        "Canonical",
        "UbuntuServer|0001-com-ubuntu-server-(focal|jammy)",
        r"(1[68]|2[02])[._]04-lts(-gen2|-arm64)?",
        ("UBUNTU_PRO",),
        f"{_DOCS}/workloads/canonical/ubuntu-pro-in-place-upgrade",
    ),
    Row(
        "Canonical",
        r"ubuntu-2\d_04-lts",
        "server(-gen1|-arm64)?",
        ("UBUNTU_PRO",),
        f"{_DOCS}/workloads/canonical/ubuntu-pro-in-place-upgrade",
    ),
)
"""The first row that matches an image counts.

What Microsoft's pages do not tie to images is left out: RHEL_ELS_6, SLES_STANDARD and UBUNTU, which az accepts.
"""


@cache
def license_types_of(sku: Sku) -> tuple[str, ...] | None:
    """The license types that a VM from an image can have; None if they are not known."""
    return next((row.types for row in TABLE if _is_in(row, sku)), None)


def _is_in(row: Row, sku: Sku) -> bool:
    patterns = (row.publisher, row.offer, row.sku)
    return all(re.fullmatch(pattern, name, re.IGNORECASE) for pattern, name in zip(patterns, sku, strict=True))
